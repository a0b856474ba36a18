import { addDays } from '#mapping';
import type { PlanSelected } from '../events.ts';
import { monthlyOf, planName, planOf } from '../plan.values.ts';
import { dealOf, type Plan, type State, type Subscription } from '../state.ts';
import { note } from './notes.ts';
import type { SitesFold } from './settled.fold.ts';
import { subscriptionOf, withSubscription } from './subscription.change.ts';

/** Without a trial end anywhere the Deal is expected to close so many days later. */
const CLOSES_AFTER_DAYS = 30;
/** What opens an ended subscription again. */
const REOPENS: ReadonlySet<string> = new Set(['trialing', 'active']);

export const planSelected: SitesFold<PlanSelected> = (state, { id: eventId, data, time }, tools) => {
  const { subscription_id: id, trial_ends_at: endsAt } = data;
  const before = subscriptionOf(state, id);
  const plan = planOf(data.plan);
  const trialEnd = endsAt ?? state.trialEnd;
  const reopened = before.ended !== null && REOPENS.has(data.status ?? '');
  const subscription: Subscription = {
    ...before,
    plan,
    websiteId: data.website_id ?? before.websiteId,
    status: data.status ?? before.status,
    hasDeal: true,
    trialClose: trialEnd ?? addDays(time.slice(0, 10), CLOSES_AFTER_DAYS),
    ...(reopened ? { ended: null, activated: false } : {}),
  };
  const after: State = withSubscription(
    { ...state, trialEnd, trialEndBy: endsAt == null ? state.trialEndBy : 'subscription' },
    id,
    subscription,
  );
  const wasActive = before.activated && before.ended === null;
  if (wasActive && before.plan !== null && isAnother(before.plan, plan)) {
    const key = `sites/plan/${state.userId}/${id}/${eventId}`;
    note(after, { key, parent: dealOf(String(id)), ...planChange(before.plan, plan) }, tools);
  }
  return after;
};

function isAnother(before: Plan, after: Plan): boolean {
  return planName(before) !== planName(after) || before.interval !== after.interval;
}

function planChange(before: Plan, after: Plan): { title: string; content: string } {
  const said = (plan: Plan): string => `${planName(plan)} ${plan.interval === 'month' ? 'monthly' : 'yearly'}`;
  return {
    title: `Plan changed: ${said(before)} to ${said(after)}`,
    content: `Monthly value ${monthlyOf(before).toFixed(2)} to ${monthlyOf(after).toFixed(2)}.`,
  };
}
