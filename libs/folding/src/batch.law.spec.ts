import fc from 'fast-check';
import type { CausewayEvent, Json, JsonObject } from '#contracts';
import { step, withSettings, type Mapping } from '#mapping';
import { builtInPacks } from '#packs';
import { anEvent, aRecord } from '#testing';
import { foldBatch, type FoldedBatch } from './batch.fold.ts';
import type { FoldConnection } from './connection.store.ts';
import { eventStep, stateKey } from './fold.step.ts';
import type { StoredState } from './state.store.ts';

const connections = new Map<string, readonly FoldConnection[]>([
  ['sites', [{ id: 'c1', state: 'active', settings: { base_domain: 'homes.example' } }]],
]);
const pack = builtInPacks['property-sites'];
if (pack === undefined) throw new Error('no pack property-sites');
const mapping: Mapping = pack.mapping;

const kinds = ['property_added', 'logo_uploaded', 'page_created', 'logged_in', 'inquiry_received', 'tea_made'];
const plan = { name: 'Professional', price_cents: 29_900, interval: 'month', trial_days: 30 };
/** What may happen to a user, with things that cannot be used. */
const happening = fc.oneof(
  fc.record({
    type: fc.constant('user.signed_up'),
    data: fc.constantFrom<JsonObject>({ email: 'ana@example.test' }, { email: 'no address' }, {}),
  }),
  fc.record({
    type: fc.constant('activity.recorded'),
    data: fc.record({ kind: fc.constantFrom<Json>(...kinds, 7), details: fc.constantFrom({}, { total_count: 5 }) }),
  }),
  fc.constant({
    type: 'website.live',
    data: { website_id: 5, subdomain: 'coast', verified_at: '2026-01-09T14:30:00Z' },
  }),
  fc.record({
    type: fc.constantFrom('subscription.plan_selected', 'subscription.activated', 'subscription.canceled'),
    data: fc.record({ subscription_id: fc.constantFrom<Json>(1, 2, 'x'), plan: fc.constant(plan) }),
  }),
  fc.constant({ type: 'trial.ending', data: { days_left: 2, trial_end_date: '2026-02-08' } }),
  fc.constant({ type: 'user.vanished', data: {} }),
);
const history = fc
  .array(fc.tuple(fc.constantFrom('7', '8', 'nobody'), happening), { maxLength: 25 })
  .map((told) =>
    told.map(([subject, { type, data }], index) =>
      anEvent({ id: `e${index}`, source: '/sites', tenantId: 'sites', type, subject, data: data as JsonObject }),
    ),
  );

function fold(events: readonly CausewayEvent[], states: ReadonlyMap<string, StoredState>): FoldedBatch {
  const steps = events.map((event) => eventStep(event, { record: aRecord(event), entityType: 'user' }));
  return foldBatch({ mapping, steps, states, connections });
}

/** What is stored, with a look of the database at each state. */
function stored(before: ReadonlyMap<string, StoredState>, { changes }: FoldedBatch): Map<string, StoredState> {
  const after = new Map(before);
  for (const [key, { text, sequence, schedule }] of changes) {
    const state = text === null ? (before.get(key)?.state ?? null) : (JSON.parse(text) as JsonObject);
    after.set(key, { state, sequence, schedule });
  }
  return after;
}

const told = ({ folded }: FoldedBatch): unknown[] =>
  folded.map(({ sequence, commands, result }) => {
    const { state, ...rest } = result;
    return { sequence, commands, rest, state };
  });

describe('a batch', () => {
  it('says and leaves what its steps say and leave one at a time, wherever it is cut', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat({ max: 24 })), (events, cuts) => {
        const whole = fold(events, new Map());
        let [states, said] = [new Map<string, StoredState>(), [] as unknown[]];
        const edges = [
          0,
          ...new Set(cuts.filter((cut) => cut < events.length).toSorted((a, b) => a - b)),
          events.length,
        ];
        for (const [index, from] of edges.slice(0, -1).entries()) {
          const part = fold(events.slice(from, edges[index + 1]), states);
          said = [...said, ...told(part)];
          states = stored(states, part);
        }
        expect(said).toEqual(told(whole));
        expect(states).toEqual(stored(new Map(), whole));
      }),
      { numRuns: 150 },
    );
  });

  it('says what `step` says, which freezes its input and projects anew', () => {
    const configured = withSettings(mapping, { base_domain: 'homes.example' });
    fc.assert(
      fc.property(history, (events) => {
        const { folded } = fold(events, new Map());
        const states = new Map<string, JsonObject | null>();
        for (const [index, event] of events.entries()) {
          const { projection: _projection, ...result } = step(configured, states.get(stateKey(event)) ?? null, event);
          states.set(stateKey(event), result.state);
          expect(folded[index]?.result).toEqual(result);
        }
      }),
      { numRuns: 150 },
    );
  });
});
