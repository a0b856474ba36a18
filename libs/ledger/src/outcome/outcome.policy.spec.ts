import fc from 'fast-check';
import { LANES, type Lane, type Outcome } from '#contracts';
import { settlementOf, type Settlement } from './outcome.policy.ts';

const attempt = { lane: 'live', failures: 0, random: 0.5, now: 1000 } as const;
const rejected = { kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' } as const;

const TABLE: [outcome: Outcome, settlement: Partial<Settlement>][] = [
  [
    { kind: 'succeeded', recordId: '7', created: true },
    { state: 'succeeded', delayMs: 0, failures: 0, code: null, reason: null, field: null },
  ],
  [
    { kind: 'skipped', reason: 'converted' },
    { state: 'skipped', delayMs: 0, failures: 0, code: null, reason: 'converted', field: null },
  ],
  [
    rejected,
    { state: 'parked', delayMs: 0, failures: 0, code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' },
  ],
  [
    { kind: 'throttled', reason: '429' },
    { state: 'ready', delayMs: 1000, failures: 0, throttles: 1, code: 'CRM_THROTTLED', reason: '429', field: null },
  ],
  [
    { kind: 'throttled', reason: 'CREDITS_SPENT', cause: 'credits', until: 61_000 },
    { state: 'ready', delayMs: 60_000, throttles: 1, code: 'CRM_CREDITS_SPENT', reason: 'CREDITS_SPENT' },
  ],
  [
    { kind: 'unknown', reason: '429', noRoom: { cause: 'place', until: null } },
    { state: 'unknown', delayMs: 1000, failures: 0, throttles: 1, code: 'CRM_OUTCOME_UNKNOWN', reason: '429' },
  ],
  [
    { kind: 'unavailable', reason: '500' },
    { state: 'ready', delayMs: 1000, failures: 1, code: 'CRM_UNAVAILABLE', reason: '500', field: null },
  ],
  [
    { kind: 'unknown', reason: 'timeout' },
    { state: 'unknown', delayMs: 1000, failures: 1, code: 'CRM_OUTCOME_UNKNOWN', reason: 'timeout', field: null },
  ],
];

const TRIED_AGAIN: Outcome[] = [
  { kind: 'throttled', reason: '429' },
  { kind: 'unavailable', reason: '500' },
  { kind: 'unknown', reason: 'timeout' },
];

describe('settlementOf', () => {
  it.each(TABLE)('$kind', (outcome, settlement) => {
    const nothing = { lane: 'live', delayMs: 0, failures: 0, throttles: 0, code: null, reason: null, field: null };
    expect(settlementOf(outcome, attempt)).toEqual({ ...nothing, ...settlement });
  });

  it.each(TRIED_AGAIN)('regression: $kind goes through the whole schedule of pauses', (outcome) => {
    const seconds: number[] = [];
    let [lane, failures, throttles]: [Lane, number, number] = ['live', 0, 0];
    for (let turn = 0; turn < 10; turn += 1) {
      const settlement = settlementOf(outcome, { lane, failures, throttles, random: 0.5 });
      ({ lane, failures, throttles } = settlement);
      seconds.push(settlement.delayMs / 1000);
    }
    expect(seconds).toEqual([1, 2, 4, 30, 60, 120, 240, 480, 900, 900]);
    expect(lane).toBe('retry');
  });

  it.each(LANES.filter((lane) => lane !== 'live'))(
    'regression: the lane %s stays, since automations of the CRM run in the lane retry',
    (lane) => {
      for (const outcome of TRIED_AGAIN)
        expect(settlementOf(outcome, { lane, failures: 8, random: 0 }).lane).toBe(lane);
    },
  );

  it('keeps the number of failures when something came of the attempt', () => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        for (const [outcome] of TABLE.slice(0, 3)) {
          expect(settlementOf(outcome, { ...attempt, failures })).toMatchObject({ failures, delayMs: 0 });
        }
      }),
    );
  });
});
