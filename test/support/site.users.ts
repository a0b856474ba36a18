import fc from 'fast-check';
import { sourceOfProduct, type CausewayEvent, type JsonObject } from '#contracts';

/**
 * Lives of users of `sites` as the page of the pack allows them: sign-up, website, activities, plan, trial, conversion, cancellation
 * and what comes after, also before the sign-up. Names and e-mails are each user's own, since the CRM joins people who share them.
 */
export interface UserLife {
  readonly userId: number;
  readonly events: readonly CausewayEvent[];
}

/** One delivery after another, several users mixed; an event may come again any time after it came first. */
export interface Workload {
  readonly lives: readonly UserLife[];
  readonly deliveries: readonly CausewayEvent[];
}

export interface WorkloadSize {
  /** The first of the users' ids; they are 1 apart. */
  readonly firstUser: number;
  readonly users: { readonly min: number; readonly max: number };
  /** Events of a user. */
  readonly events: { readonly min: number; readonly max: number };
}

const PRODUCT = 'sites';
/** Long ago: no timer of a trial becomes due while a test runs. */
const FIRST_DAY = Date.UTC(2024, 1, 1);
const HOUR_MS = 3_600_000;
const TRIAL_END = '2024-03-01';
const KINDS = [
  'property_added',
  'property_added',
  'logo_uploaded',
  'theme_customized',
  'page_created',
  'inquiry_received',
  'logged_in',
  'team_member_added',
  'tour_booked',
];
const PLANS: readonly JsonObject[] = [
  { name: 'Starter', price_cents: 9900, interval: 'month', trial_days: 14 },
  { name: 'Professional', price_cents: 29_900, interval: 'month', trial_days: 30 },
  { name: 'Enterprise', price_cents: 99_990, interval: 'year' },
  { name: 'Gold', price_cents: 4950, interval: 'month' },
];

type SubscriptionState = 'open' | 'active' | 'ended';

/** What is known of a user on the way through a life. */
interface Way {
  readonly userId: number;
  readonly early: boolean;
  isSignedUp: boolean;
  isConfigured: boolean;
  isLive: boolean;
  isCustomer: boolean;
  actions: number;
  readonly subscriptions: Map<number, SubscriptionState>;
}

interface Step {
  readonly weight: number;
  readonly take: (draw: (below: number) => number) => { readonly type: string; readonly data: JsonObject };
}

/** A workload of users whose lives are drawn; the same draw gives the same events. */
export function workloads({ firstUser, users, events }: WorkloadSize): fc.Arbitrary<Workload> {
  const life = fc.record({
    early: fc.boolean(),
    draws: fc.array(fc.nat(), { minLength: events.min * DRAWS, maxLength: events.max * DRAWS, size: 'max' }),
  });
  const lives = fc
    .array(life, { minLength: users.min, maxLength: users.max, size: 'max' })
    .map((drawn) => drawn.map((each, index) => lifeOf(firstUser + index, each)));
  return fc
    .tuple(lives, fc.array(fc.nat(), { minLength: 200, maxLength: 200, size: 'max' }))
    .map(([drawn, order]) => ({ lives: drawn, deliveries: mixed(drawn, order) }));
}

/** The workload that a seed stands for. */
export function workloadOf(seed: number, size: WorkloadSize): Workload {
  const [workload] = fc.sample(workloads(size), { seed, numRuns: 1 });
  if (workload === undefined) throw new Error('a sample of one has one');
  return workload;
}

/** A user in trial until a day that is still to come: the schedule has something to say. */
export function userInTrial(userId: number, trialEnd: string): CausewayEvent[] {
  const way: Pick<Way, 'userId'> = { userId };
  const trial = { subscription_id: userId * 10 + 1, plan: PLANS[0] ?? null, trial_ends_at: `${trialEnd}T10:00:00Z` };
  return [
    eventOf(way, { number: 1, type: 'user.signed_up', data: signUpOf(userId) }),
    eventOf(way, { number: 2, type: 'subscription.plan_selected', data: trial }),
  ];
}

/** A user who pays: the Lead is converted, and what comes after goes to the Contact and the Deal. */
export function userWhoPays(userId: number): CausewayEvent[] {
  const subscription = { subscription_id: userId * 10 + 1, plan: PLANS[1] ?? null };
  const steps: Taken[] = [
    { type: 'user.signed_up', data: signUpOf(userId) },
    { type: 'activity.recorded', data: { kind: 'property_added', details: { total_count: 5 } } },
    { type: 'subscription.plan_selected', data: { ...subscription, status: 'trialing' } },
    { type: 'activity.recorded', data: { kind: 'team_member_added' } },
    { type: 'subscription.activated', data: subscription },
    { type: 'activity.recorded', data: { kind: 'inquiry_received' } },
    { type: 'subscription.canceled', data: { ...subscription, reason: 'Too few templates' } },
  ];
  return steps.map((step, index) => eventOf({ userId }, { number: index + 1, ...step }));
}

const signUpOf = (userId: number): JsonObject => {
  return { email: `person${userId}@agency${userId}.example`, full_name: `Ana Person${userId}` };
};

/** Numbers that one step of a life uses up at most. */
const DRAWS = 4;

function lifeOf(userId: number, { early, draws }: { early: boolean; draws: readonly number[] }): UserLife {
  const way: Way = {
    userId,
    early,
    isSignedUp: false,
    isConfigured: false,
    isLive: false,
    isCustomer: false,
    actions: 0,
    subscriptions: new Map(),
  };
  const events: CausewayEvent[] = [];
  for (let at = 0; at + DRAWS <= draws.length; at += DRAWS) {
    const left = draws.slice(at, at + DRAWS);
    const draw = (below: number): number => spread(left.shift() ?? 0, at + left.length) % below;
    const step = chosen(stepsOf(way), draw);
    events.push(eventOf(way, { number: events.length + 1, ...step.take(draw) }));
  }
  return { userId, events };
}

function chosen(steps: readonly Step[], draw: (below: number) => number): Step {
  let place = draw(steps.reduce((sum, { weight }) => sum + weight, 0));
  const found = steps.find(({ weight }) => (place -= weight) < 0);
  if (found === undefined) throw new Error('a life can always go on');
  return found;
}

/** What may come next. */
function stepsOf(way: Way): Step[] {
  const { userId, early, isSignedUp, isConfigured, isLive, isCustomer } = way;
  const signUp = step(isSignedUp ? 1 : 12, (draw) => {
    way.isSignedUp = true;
    const again = draw(3) === 0 ? '.new' : '';
    return {
      type: 'user.signed_up',
      data: {
        email: `person${userId}${again}@agency${userId}.example`,
        full_name: `Ana Person${userId}`,
        utm_source: draw(2) === 0 ? 'google' : 'mail',
      },
    };
  });
  if (!isSignedUp && !early) return [signUp];
  const activity = step(6, (draw) => activityOf(way, draw));
  const configured = step(isConfigured ? 1 : 5, (draw) => {
    way.isConfigured = true;
    const plan: JsonObject = draw(2) === 0 ? {} : { plan: PLANS[draw(PLANS.length)] ?? null };
    const subdomain = `site-${userId}${draw(2) === 0 ? '' : '-two'}`;
    return {
      type: 'website.configured',
      data: { website_id: userId, subdomain, site_type: 'commercial', ...plan },
    };
  });
  // Before the sign-up only what the page tells of: nobody pays without an account.
  if (!isSignedUp) return [signUp, activity, configured];
  const live = step(isConfigured && !isLive ? 4 : 0, () => {
    way.isLive = true;
    return { type: 'website.live', data: { company_display_name: `Agency ${userId} Homes` } };
  });
  const ending = step(!isCustomer && way.subscriptions.size > 0 ? 2 : 0, (draw) => ({
    type: 'trial.ending',
    data: { days_left: draw(4), trial_end_date: TRIAL_END },
  }));
  return [signUp, activity, configured, live, ending, ...subscriptionSteps(way)];
}

function subscriptionSteps(way: Way): Step[] {
  const inState = (...states: SubscriptionState[]): number[] =>
    [...way.subscriptions].filter(([, state]) => states.includes(state)).map(([id]) => id);
  const of = (ids: readonly number[], weight: number, take: (id: number, draw: Draw) => Taken): Step =>
    step(ids.length === 0 ? 0 : weight, (draw) => take(ids[draw(ids.length)] ?? 0, draw));
  const next = way.subscriptions.size < 2 ? [way.userId * 10 + way.subscriptions.size + 1] : [];
  return [
    of([...next, ...way.subscriptions.keys()], way.subscriptions.size === 0 ? 5 : 3, (id, draw) => {
      const state = way.subscriptions.get(id);
      way.subscriptions.set(id, state === 'active' ? 'active' : 'open');
      const status = state === 'active' ? 'active' : 'trialing';
      const plan = PLANS[draw(PLANS.length)] ?? null;
      return {
        type: 'subscription.plan_selected',
        data: { subscription_id: id, website_id: way.userId, plan, status, trial_ends_at: `${TRIAL_END}T10:00:00Z` },
      };
    }),
    of(inState('open'), 3, (id) => {
      way.subscriptions.set(id, 'active');
      way.isCustomer = true;
      return { type: 'subscription.activated', data: { subscription_id: id } };
    }),
    of(inState('open', 'active'), 1, (id, draw) => {
      way.subscriptions.set(id, 'ended');
      const reason: JsonObject = draw(2) === 0 ? {} : { reason: 'Too few templates' };
      return { type: 'subscription.canceled', data: { subscription_id: id, ...reason } };
    }),
    of(inState('open'), 1, (id) => {
      way.subscriptions.set(id, 'ended');
      return { type: 'trial.expired', data: { subscription_id: id } };
    }),
  ];
}

type Draw = (below: number) => number;
type Taken = ReturnType<Step['take']>;

const step = (weight: number, take: Step['take']): Step => ({ weight, take });

function activityOf(way: Way, draw: Draw): Taken {
  way.actions += 1;
  const kind = KINDS[draw(KINDS.length)] ?? 'logged_in';
  const counted: JsonObject = draw(2) === 0 ? {} : { total_count: way.actions };
  const details = { title: `Loft ${way.actions}`, reference: `R-${way.actions}`, page_title: 'About us', ...counted };
  return { type: 'activity.recorded', data: { kind, details } };
}

function eventOf({ userId }: Pick<Way, 'userId'>, step: Taken & { readonly number: number }): CausewayEvent {
  const { number, type, data } = step;
  const key = String(userId);
  return {
    id: `00000000-0000-7000-8000-${String(userId * 1000 + number).padStart(12, '0')}`,
    source: sourceOfProduct(PRODUCT),
    type,
    subject: key,
    time: new Date(FIRST_DAY + number * 7 * HOUR_MS).toISOString(),
    version: 1,
    tenantId: PRODUCT,
    key,
    data,
  };
}

/** Small numbers are drawn more often than others: here each shall choose as well as any. */
function spread(drawn: number, place: number): number {
  const mixed = Math.imul(drawn ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** One in four deliveries comes again after a while. */
const REPEATED = 4;

/** The lives mixed, each in its own order, with repetitions in between. */
function mixed(lives: readonly UserLife[], order: readonly number[]): CausewayEvent[] {
  const queues = lives.map(({ events }) => [...events]).filter((events) => events.length > 0);
  const deliveries: CausewayEvent[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn += 1) {
    const drawn = spread(order[turn % order.length] ?? 0, turn);
    const open = queues.filter((queue) => queue.length > 0);
    const next = open[drawn % open.length]?.shift();
    if (next !== undefined) deliveries.push(next);
    const before = deliveries[(drawn >>> 3) % deliveries.length];
    if (drawn % REPEATED === 0 && before !== undefined) deliveries.push(before);
  }
  return deliveries;
}
