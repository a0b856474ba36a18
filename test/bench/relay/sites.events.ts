import { uuidOf } from './event.id.ts';

/** One event of the product `sites`, as its outbox gets it. */
export interface SitesEvent {
  readonly id: string;
  readonly user: number;
  readonly type: string;
  readonly occurredAt: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Long ago, so that the schedule of `trial.ending` has nothing to make up for. */
const BEGIN = Date.UTC(2026, 0, 5, 9);
const STEP_MS = 600_000;

type Part = (user: number) => Omit<SitesEvent, 'id' | 'user' | 'occurredAt'>;

const plan = { name: 'Professional', price_cents: 29_900, interval: 'month' } as const;
const activity =
  (kind: string, details: Record<string, unknown> = {}): Part =>
  () => ({ type: 'activity.recorded', payload: { kind, details } });

/** A customer's first weeks in ten events: one of ten pays, one leaves again, the others go on trying. */
function story(user: number): readonly Part[] {
  const subscription_id = 100_000 + user;
  const pays: Part = () => ({ type: 'subscription.activated', payload: { subscription_id, plan } });
  const leaves: Part = () => ({ type: 'subscription.canceled', payload: { subscription_id, reason: 'Too early' } });
  const end = user % 10 === 0 ? pays : user % 10 === 5 ? leaves : activity('logged_in');
  return [
    (id) => ({
      type: 'user.signed_up',
      payload: { email: `agent${id}@example.test`, full_name: `Agent ${id}`, utm_source: 'bench' },
    }),
    (id) => ({
      type: 'website.configured',
      payload: {
        website_id: 500_000 + id,
        subdomain: `site-${id}`,
        site_type: 'residential',
        plan: { ...plan, trial_days: 30 },
      },
    }),
    (id) => ({
      type: 'website.live',
      payload: { website_id: 500_000 + id, subdomain: `site-${id}`, company_display_name: `Realty ${id}` },
    }),
    () => ({ type: 'subscription.plan_selected', payload: { subscription_id, plan, status: 'trialing' } }),
    activity('property_added', { title: 'Flat', total_count: 1 }),
    activity('logged_in'),
    activity('property_added', { title: 'House', total_count: 2 }),
    activity('page_created', { page_title: 'About' }),
    activity('property_added', { title: 'Villa', total_count: 3 }),
    end,
  ];
}

/** Events of each user. */
export const A_USER = 10;

/**
 * The events of so many users, each user's in order, with all users at the same place of their story at the same time: as they come
 * when many sign up together. `first` is the first user's id.
 */
export function sitesEvents(users: number, first = 1): SitesEvent[] {
  const ids = Array.from({ length: users }, (_, at) => first + at);
  return Array.from({ length: A_USER }, (_, step) => step).flatMap((step) =>
    ids.map((user) => {
      const part = story(user)[step];
      if (part === undefined) throw new Error('a story has ten events');
      const at = BEGIN + step * STEP_MS + (user % 600) * 1000;
      return { id: uuidOf(user, step), user, occurredAt: new Date(at).toISOString(), ...part(user) };
    }),
  );
}
