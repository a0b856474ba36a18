import { cut } from '#mapping';
import { pointsOf } from './milestones.ts';
import { STARTER } from './plan.values.ts';
import type { Settings } from './settings.ts';
import type { LeadStatus, Stage } from './setup.ts';
import type { Plan, State, Subscription } from './state.ts';

const MOST_SCORE = 100;
const HOT_SCORE = 70;
const ENGAGED_SCORE = 40;
const LABEL_UNITS = 100;

type Subscriptions = Pick<State, 'subscriptions' | 'order'>;

/** The sum of the points of the milestones reached, at most 100. It never falls. */
export function scoreOf({ milestones }: Pick<State, 'milestones'>): number {
  return Math.min(MOST_SCORE, pointsOf(milestones));
}

export function isHot(state: Pick<State, 'milestones'>): boolean {
  return scoreOf(state) >= HOT_SCORE;
}

/** The last that is active; else the last that is open; else the last. */
export function shownSubscription({ subscriptions, order }: Subscriptions): Subscription | null {
  const latest = order.toReversed().flatMap((id) => subscriptions[id] ?? []);
  return (
    latest.find(({ activated, ended }) => activated && ended === null) ??
    latest.find(({ ended }) => ended === null) ??
    latest[0] ??
    null
  );
}

/** There is at least one subscription, and every one is ended. */
export function isLost({ subscriptions }: Pick<State, 'subscriptions'>): boolean {
  const all = Object.values(subscriptions);
  return all.length > 0 && all.every(({ ended }) => ended !== null);
}

/** Reason and date of a user who is lost. */
export function lossOf(state: Subscriptions): Subscription['ended'] {
  return isLost(state) ? (shownSubscription(state)?.ended ?? null) : null;
}

export function shownPlan(state: Subscriptions & Pick<State, 'plan' | 'configured'>): Plan | null {
  return shownSubscription(state)?.plan ?? state.plan ?? (state.configured ? STARTER : null);
}

/** The first line that holds. */
export function statusOf(state: State): LeadStatus {
  if (isLost(state)) return 'Lost';
  if (state.daysLeft !== null) return 'Trial Ending';
  if (isHot(state) || state.milestones.includes('first_inquiry')) return 'Hot';
  if (scoreOf(state) >= ENGAGED_SCORE || state.milestones.includes('five_properties')) return 'Engaged';
  if (state.verifiedAt !== null) return 'Active Trial';
  return state.configured ? 'Configured' : 'New';
}

/** What to call them: never empty, and a unique text joins no strangers. */
export function labelOf({ company, subdomain, email, userId }: State): string {
  return cut(company ?? (subdomain === null ? null : inWords(subdomain)) ?? email ?? `User ${userId}`, LABEL_UNITS);
}

function inWords(subdomain: string): string {
  const words = subdomain.split('-').filter((word) => word !== '');
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(' ');
}

export function siteOf({ subdomain }: Pick<State, 'subdomain'>, { base_domain: domain }: Settings): string {
  return subdomain === null ? 'their site' : `${subdomain}.${domain}`;
}

export function stageOf({ ended, activated }: Pick<Subscription, 'ended' | 'activated'>): Stage {
  if (ended !== null) return 'Closed Lost';
  return activated ? 'Closed Won' : 'Trial';
}
