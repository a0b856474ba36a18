import type { CausewayEvent, JsonObject } from '#contracts';
import { applyCommand, difference, eventOf, play, step, underPurityGuard, type MemoryCrm } from '#mapping';
import fc from 'fast-check';
import { mapping } from './mapping.ts';

const plan = fc.record(
  {
    name: fc.constantFrom('Starter', 'professional', 'Gold', ''),
    price_cents: fc.constantFrom(0, 9900, 99_990, -1),
    interval: fc.constantFrom('month', 'year', 'week', null),
    trial_days: fc.constantFrom(14, 0, null),
  },
  { requiredKeys: [] },
);
const subscription = fc.constantFrom(7, 8, 9, 0);
const day = fc.constantFrom('2026-03-05', '2026-04-05', null, 'soon');
const data: Record<string, fc.Arbitrary<object>> = {
  'user.signed_up': fc.record({
    email: fc.constantFrom('a@b.example', 'x.y@z.example', 'no', null),
    onboarding_state: fc.constantFrom('lead', 'invited', null),
    full_name: fc.constantFrom('Ana Lima', null),
  }),
  'website.configured': fc.record({
    subdomain: fc.constantFrom('north-shore', 'UP', '-', null),
    plan: fc.option(plan),
  }),
  'website.live': fc.record({ company_display_name: fc.constantFrom('Shore', null), verified_at: day }),
  'subscription.plan_selected': fc.record({
    subscription_id: subscription,
    plan,
    status: fc.constantFrom('trialing', 'active', 'canceled', 'odd', null),
    trial_ends_at: day,
  }),
  'activity.recorded': fc.record({
    kind: fc.constantFrom(
      'property_added',
      'inquiry_received',
      'team_member_added',
      'page_created',
      'logged_in',
      'odd',
    ),
    details: fc.option(fc.record({ total_count: fc.constantFrom(0, 1, 5, null) })),
  }),
  'trial.ending': fc.record({ days_left: fc.integer({ min: 0, max: 4 }), trial_end_date: day }),
  'subscription.activated': fc.record({ subscription_id: subscription, plan: fc.option(plan) }),
  'subscription.canceled': fc.record({ subscription_id: subscription, reason: fc.constantFrom('Dear', null) }),
  'trial.expired': fc.record({ subscription_id: subscription }),
};
const anyEvent = fc.oneof(
  ...Object.entries(data).map(([type, arbitrary]) =>
    fc.record({ subject: fc.constantFrom('1', '2'), data: arbitrary }).map((seed) => ({ ...seed, type })),
  ),
);
const events = fc.array(anyEvent, { maxLength: 25 }).map((seeds) =>
  seeds.map((seed, index): CausewayEvent => {
    const { subject, type } = seed;
    return eventOf(mapping, {
      subject,
      type,
      data: ownSubscription(subject, seed.data as JsonObject),
      id: `e${index}`,
    });
  }),
);

/** Subscriptions belong to one user. */
function ownSubscription(subject: string, told: JsonObject): JsonObject {
  const { subscription_id: id } = told;
  return typeof id === 'number' && id > 0 ? { ...told, subscription_id: Number(subject) * 10 + id } : told;
}

/** Records alone: notes and tasks happen once and are not projected. */
const recordsOf = (crm: MemoryCrm): MemoryCrm =>
  new Map([...crm].filter(([, { module }]) => module === 'Leads' || module === 'Deals' || module === 'Contacts'));

describe('property-sites, whatever happens', () => {
  it('says the same of the same events, also when each comes twice', () => {
    fc.assert(
      fc.property(events, (list) => {
        const once = play(mapping, list);
        expect(play(mapping, structuredClone(list))).toEqual(once);
        const twice = play(
          mapping,
          list.flatMap((event) => [event, event]),
        );
        expect(twice.records).toEqual(once.records);
      }),
    );
  });

  it('leaves each wanted record as its projection says, whatever the way there', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { states, records } = play(mapping, list);
        const held = recordsOf(records);
        for (const state of states.values()) {
          for (const wanted of mapping.project(state, mapping.settings)) {
            const { linkOnly: _made, ...record } = wanted;
            const [command] = difference([], [record]);
            const [[key, alone] = []] = command === undefined ? [] : [...applyCommand(new Map(), command)];
            expect(held.get(key ?? '')?.fields).toMatchObject(alone?.fields ?? {});
          }
        }
      }),
    );
  });

  it('asks for each effect once, and has each person once', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { results, records } = play(mapping, list);
        const keys = results.flatMap(({ commands }) => commands.flatMap(({ effectKey }) => effectKey ?? []));
        expect(new Set(keys).size).toBe(keys.length);
        for (const user of ['1', '2']) {
          expect(Number(records.has(`Leads/${user}`)) + Number(records.has(`Contacts/${user}`))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('keeps a state that JSON keeps', () => {
    fc.assert(
      fc.property(events, (list) => {
        const straight = play(mapping, list);
        let stored: JsonObject | null = null;
        for (const event of list.filter(({ key }) => key === '1')) {
          const { state } = underPurityGuard(() => step(mapping, stored, event));
          stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject);
        }
        expect(stored ?? undefined).toEqual(straight.states.get('1'));
      }),
    );
  });
});
