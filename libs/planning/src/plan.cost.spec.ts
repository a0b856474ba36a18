import { batchesOf, costOfBatches } from './plan.batches.ts';
import { costOf } from './plan.cost.ts';
import { timeOf } from './plan.time.ts';
import type { PlanAction, PlannedKey, PlannedRecord } from './plan.types.ts';

function record(action: PlanAction, seed: Partial<PlannedRecord> = {}): PlannedRecord {
  const operation = action === 'effect' ? 'note' : 'write';
  const identity = { field: 'External_ID', value: 'u' };
  return {
    connectionId: 'c1',
    recordKey: 'Leads/u',
    action,
    module: action === 'effect' ? 'Notes' : 'Leads',
    recordId: action === 'change' ? '1' : null,
    differences: [],
    command: { operation, module: 'Leads', identity, fields: { A: 1 }, trigger: [], whenConverted: 'follow' },
    held: false,
    ...seed,
  };
}

const many = (count: number, of: PlannedRecord): PlannedRecord[] => Array.from({ length: count }, () => of);
const key = (...records: PlannedRecord[]): PlannedKey => ({
  tenantId: 't',
  key: 'k',
  connectionId: '',
  sequence: 1,
  state: null,
  timers: null,
  origin: { entityType: 'user', eventId: 'e', occurredAt: '2026-03-01T10:00:00Z' },
  records,
});

describe('what commands cost', () => {
  type Figures = [calls: number, credits: number, checkCalls: number, checkCredits: number];
  it.each<[what: string, records: PlannedRecord[], figures: Figures]>([
    ['nothing', [], [0, 0, 0, 0]],
    ['one', [record('change')], [1, 1, 1, 1]],
    ['eleven: a credit for ten', many(11, record('change')), [1, 2, 1, 1]],
    ['101 in two calls', many(101, record('change')), [2, 11, 2, 2]],
    ['new ones are looked for by name, fifty a call', many(101, record('create')), [2, 11, 3, 3]],
    ['changes and new ones share no call', [record('change'), record('create')], [2, 2, 2, 2]],
    ['new ones and adopted ones do', [record('adopt'), record('create')], [1, 1, 1, 1]],
    ['two modules do not', [record('change'), record('change', { module: 'Contacts' })], [2, 2, 2, 2]],
    ['nor do two connections', [record('change'), record('change', { connectionId: 'c2' })], [2, 2, 2, 2]],
    ['notes are not looked at before', many(11, record('effect')), [1, 2, 0, 0]],
    ['rows are read before they are replaced', [rows(), rows()], [3, 3, 1, 1]],
  ])('%s', (_what, records, [calls, credits, checkCalls, checkCredits]) => {
    expect(costOf(records)).toEqual({ calls, credits, checkCalls, checkCredits });
  });

  it('keys whose commands share calls go together, so that calls are full', () => {
    const mixed = Array.from({ length: 250 }, (_, at) => key(record(at % 2 === 0 ? 'change' : 'create')));
    const batches = batchesOf(mixed);
    expect(batches.map((keys) => keys.length)).toEqual([100, 25, 100, 25]);
    expect(costOfBatches(batches)).toEqual({ calls: 4, credits: 26, checkCalls: 5, checkCredits: 5 });
    expect(batchesOf([])).toEqual([]);
  });
});

function rows(): PlannedRecord {
  const one = record('change');
  return { ...one, command: { ...one.command, fields: { Items: [{ Quantity: 1 }] } } };
}

describe('time at the present budget', () => {
  const HOUR = 3_600_000;
  const now = 100 * HOUR;
  const DAY = 24 * 3600;
  interface Given {
    readonly cost: [calls: number, credits: number];
    readonly budget: object;
    readonly is: [seconds: number, creditsLeft: number | null];
  }
  it.each<[what: string, given: Given]>([
    [
      'nothing is known: one call after the other',
      { cost: [10, 100], budget: { credits: null, concurrency: null }, is: [10, null] },
    ],
    ['calls go side by side', { cost: [10, 100], budget: { concurrency: 5 }, is: [2, 300] }],
    ['what the lane has used counts', { cost: [1, 100], budget: { slots: [slot(1, 100)] }, is: [1, 200] }],
    ['of other lanes it does not', { cost: [1, 100], budget: { slots: [slot(1, 100, 'live')] }, is: [1, 300] }],
    [
      'what is more waits until it is free',
      { cost: [1, 300], budget: { slots: [slot(23, 100)] }, is: [1 + 3600 + 300, 200] },
    ],
    ['and beyond that a whole share a day', { cost: [1, 900], budget: {}, is: [1 + 2 * DAY, 300] }],
  ])('%s', (_what, { cost: [calls, credits], budget, is: [seconds, creditsLeft] }) => {
    const whole = { lane: 'replay' as const, credits: 1000, concurrency: 1, slots: [], now, ...budget };
    expect(timeOf({ calls, credits }, whole)).toEqual({ seconds, creditsLeft });
  });

  function slot(hoursAgo: number, credits: number, lane: 'replay' | 'live' = 'replay') {
    return { at: now - hoursAgo * HOUR, lane, credits };
  }
});
