import type { JsonObject } from '#contracts';

/** An event of the product `sites` as it stands in Kafka. */
export interface SiteEvent {
  readonly id: string;
  readonly userId: string;
  readonly type: string;
  readonly time: string;
  readonly data: JsonObject;
}

type Told = Pick<SiteEvent, 'type' | 'data'>;

const START = Date.parse('2026-01-05T08:00:00Z');
const DAY = 86_400_000;

/** The first weeks of one user: what signing up, setting up a site and trying it out look like. */
const LIFE: readonly ((user: number) => Told)[] = [
  (user) => ({
    type: 'user.signed_up',
    data: {
      email: `agent-${user}@realty.example`,
      full_name: `Agent Number ${user}`,
      ip: `203.0.113.${user % 250}`,
      referrer: 'https://search.example/?q=real+estate+websites',
      utm_source: 'search',
      utm_medium: 'cpc',
      utm_campaign: 'real-estate-saas',
    },
  }),
  (user) => ({
    type: 'website.configured',
    data: {
      website_id: user,
      subdomain: `realty-${user}`,
      site_type: 'residential',
      plan: { name: 'Professional', price_cents: 29_900, interval: 'month', trial_days: 30 },
    },
  }),
  (user) => ({
    type: 'website.live',
    data: { website_id: user, subdomain: `realty-${user}`, company_display_name: `Realty Group ${user}` },
  }),
  (user) => activity('property_added', { title: `House ${user}`, reference: `H-${user}`, total_count: 1 }),
  () => activity('logo_uploaded', {}),
  () => activity('logged_in', { total_count: 2 }),
  () => activity('property_added', { title: 'Beach house', reference: 'BH-1', total_count: 2 }),
  () => activity('page_created', { page_title: 'About us' }),
  (user) => ({
    type: 'subscription.plan_selected',
    data: {
      subscription_id: user,
      website_id: user,
      plan: { name: 'Professional', price_cents: 29_900, interval: 'month', trial_days: 30 },
      status: 'trialing',
      trial_ends_at: '2026-02-05',
    },
  }),
  () => activity('property_added', { title: 'Town house', reference: 'TH-1', total_count: 3 }),
  () => activity('theme_customized', {}),
  () => activity('logged_in', { total_count: 3 }),
  () => activity('property_added', { title: 'Farm', reference: 'F-1', total_count: 4 }),
  () => activity('page_created', { page_title: 'Our team' }),
  () => activity('inquiry_received', { total_count: 1 }),
  () => activity('logged_in', { total_count: 4 }),
  () => activity('property_added', { title: 'Loft', reference: 'L-1', total_count: 5 }),
  () => activity('inquiry_received', { total_count: 2 }),
  () => activity('property_added', { title: 'Cabin', reference: 'C-1', total_count: 6 }),
  () => activity('logged_in', { total_count: 5 }),
];

function activity(kind: string, details: JsonObject): Told {
  return { type: 'activity.recorded', data: { kind, details } };
}

export const EVENTS_OF_A_USER = LIFE.length;

/**
 * Events of many users, in the order in which a product has them: `atOnce` users are at it at the same time and take turns, then come
 * the next ones. The same arguments give the same events.
 */
export function* siteEvents({
  count,
  atOnce,
  from = 0,
}: {
  count: number;
  atOnce: number;
  /** The number of the first one; those before it are left out. */
  from?: number;
}): Generator<SiteEvent> {
  for (let n = from; n < count; n += 1) {
    const round = Math.floor(n / (atOnce * EVENTS_OF_A_USER));
    const inRound = n % (atOnce * EVENTS_OF_A_USER);
    const user = round * atOnce + (inRound % atOnce) + 1;
    const chapter = Math.floor(inRound / atOnce);
    const told = LIFE[chapter]?.(user);
    if (told === undefined) return;
    const time = new Date(START + chapter * DAY + user * 1000).toISOString();
    yield { id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`, userId: String(user), time, ...told };
  }
}
