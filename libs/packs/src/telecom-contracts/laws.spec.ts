import { recordKeyOf, type CausewayEvent, type JsonObject } from '#contracts';
import { CrmPlayer, eventOf, holdsWanted, observe, play, step, underPurityGuard, type StepResult } from '#mapping';
import fc from 'fast-check';
import { mapping } from './mapping.ts';

const CUSTOMER = 'c1';
const day = fc.constantFrom('2026-03-05', '2026-04-05', null, 'soon');
const told = fc.record(
  {
    first_name: fc.constantFrom('Ana', ' ', null),
    last_name: fc.constantFrom('Lima', null),
    company_name: fc.constantFrom('Shore', null),
  },
  { requiredKeys: [] },
);
const line = fc.record(
  {
    product_code: fc.constantFrom('P1', 'P2'),
    product_name: fc.constantFrom('Fibre', 'Phone'),
    quantity: fc.constantFrom(1, 3),
    unit_price: fc.constantFrom('9.995', 20, '0'),
    discount_percent: fc.constantFrom('10', 0, null),
  },
  { requiredKeys: ['product_code', 'product_name', 'quantity', 'unit_price'] },
);
const lines = fc.array(line, { minLength: 1, maxLength: 3 });
const quoteId = fc.constantFrom('q1', 'q2');
const sessionId = fc.constantFrom('s1', 's2');
const started = fc.constantFrom('2026-03-01T09:00:00Z', '2026-03-01T10:00:00Z');
const anyOf = (types: readonly string[], subject: fc.Arbitrary<string>, data: fc.Arbitrary<object>) =>
  fc.record({ type: fc.constantFrom(...types), subject, data });

/** One list a topic: within it the order holds, between them it does not. */
const topics = fc.tuple(
  fc.array(
    fc.oneof(
      anyOf(['quote.created'], quoteId, fc.record({ lines, customer: told, valid_until: day })),
      anyOf(['quote.sent', 'quote.accepted'], quoteId, fc.constant({})),
      anyOf(
        ['quote.corrected'],
        quoteId,
        fc.record({ lines: fc.option(lines), valid_until: day }, { requiredKeys: [] }),
      ),
    ),
    { maxLength: 6 },
  ),
  fc.array(
    anyOf(
      ['kyc.started', 'kyc.completed', 'kyc.declined', 'kyc.corrected'],
      sessionId,
      fc.record({
        started_at: started,
        quote_id: fc.option(quoteId),
        risk_tier: fc.constantFrom('low', 'HIGH', 'odd', null),
      }),
    ),
    { maxLength: 6 },
  ),
  fc.array(
    anyOf(
      ['rica.submitted', 'rica.approved', 'rica.rejected'],
      fc.constantFrom('r1', 'r2'),
      fc.record({ kyc_session_id: sessionId, submitted_at: started }),
    ),
    { maxLength: 4 },
  ),
  fc.array(
    fc.oneof(
      anyOf(
        ['contract.created'],
        fc.constantFrom('k1', 'k2'),
        fc.record({
          customer: told,
          quote_id: fc.option(quoteId),
          kyc_session_id: fc.option(sessionId),
          total_contract_value: fc.constantFrom('10', null),
        }),
      ),
      anyOf(['contract.signed'], fc.constantFrom('k1', 'k2'), fc.record({ fully_signed_date: day })),
      anyOf(
        ['contract.activated', 'contract.terminated', 'contract.reopened'],
        fc.constantFrom('k1', 'k2'),
        fc.constant({}),
      ),
      anyOf(
        ['contract.corrected'],
        fc.constantFrom('k1', 'k2'),
        fc.record(
          { quote_id: fc.option(quoteId), total_contract_value: fc.constantFrom('12', null) },
          { requiredKeys: [] },
        ),
      ),
    ),
    { maxLength: 8 },
  ),
  fc.array(anyOf(['customer.corrected'], fc.constant(CUSTOMER), fc.record({ customer: told })), { maxLength: 3 }),
);

/** Events with times that do not follow the order in which they arrive, and an id each. */
const history = fc.tuple(topics, fc.infiniteStream(fc.integer({ min: 0, max: 59 }))).map(([lists, seconds]) => {
  let number = 0;
  return lists.map((list) =>
    list.map((seed): CausewayEvent => {
      number += 1;
      const second = seconds.next().value ?? 0;
      const time = `2026-03-01T10:00:${String(second).padStart(2, '0')}Z`;
      const numbers = { quote_number: `QT-${seed.subject}`, contract_number: `CT-2026-00${seed.subject.slice(-1)}` };
      const data = { customer_id: CUSTOMER, ...numbers, ...seed.data } as JsonObject;
      return eventOf(mapping, { ...seed, data, time, key: CUSTOMER, id: `e${String(number).padStart(3, '0')}` });
    }),
  );
});

/** Merges the lists in an order that `turns` says; within a list the order stays. */
function merged(lists: readonly (readonly CausewayEvent[])[], turns: readonly number[]): CausewayEvent[] {
  const rest = lists.map((list) => [...list]);
  const order: CausewayEvent[] = [];
  for (let turn = 0; rest.some((list) => list.length > 0); turn += 1) {
    const open = rest.filter((list) => list.length > 0);
    const next = open[(turns[turn % turns.length] ?? 0) % open.length]?.shift();
    if (next !== undefined) order.push(next);
  }
  return order;
}

const turns = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });

/** On-create fields are as things were when the record was made: they belong to sales afterwards. */
function assertable(records: ReturnType<typeof play>['records'], state: JsonObject): JsonObject[] {
  return mapping.project(state, mapping.settings).map((wanted) => {
    const held = records.get(recordKeyOf(wanted))?.fields ?? {};
    return Object.fromEntries(Object.keys(wanted.fields).map((name) => [name, held[name] ?? null]));
  });
}

describe('telecom-contracts, whatever happens', () => {
  it('ends the same for every interleaving of its topics', () => {
    fc.assert(
      fc.property(history, turns, turns, (lists, one, other) => {
        const [a, b] = [play(mapping, merged(lists, one)), play(mapping, merged(lists, other))];
        const [left, right] = [a.states.get(CUSTOMER), b.states.get(CUSTOMER)];
        expect(left).toEqual(right);
        if (left !== undefined) expect(assertable(a.records, left)).toEqual(assertable(b.records, left));
      }),
      { numRuns: 300 },
    );
  });

  it('makes nothing of an event that comes twice', () => {
    fc.assert(
      fc.property(history, turns, (lists, order) => {
        const events = merged(lists, order);
        const once = play(mapping, events);
        const twice = play(
          mapping,
          events.flatMap((event) => [event, event]),
        );
        expect(twice.records).toEqual(once.records);
      }),
    );
  });

  it('leaves the CRM as its projection says', () => {
    fc.assert(
      fc.property(history, turns, (lists, order) => {
        const crm = new CrmPlayer(mapping);
        for (const event of merged(lists, order)) crm.take(event);
        // Every record is looked at: nothing differs from what is wanted.
        for (const key of crm.records.keys()) crm.look(key);
        expect(crm.told).toEqual([]);
        expect(crm.observed.every(({ verdict }) => verdict === 'ignored')).toBe(true);
      }),
    );
  });

  it('settles whatever people edit: looking again changes nothing, and a replay of the key gives the same state', () => {
    const edit = fc.record({
      key: fc.constantFrom('Deals/CT-2026-001', 'Quotes/QT-q1', `Contacts/${CUSTOMER}`),
      fields: fc.constantFrom<JsonObject>(
        { Stage: 'Closed Won' },
        { Stage: 'Closed Lost' },
        { Stage: 'Qualification' },
        { Stage: 'Odd' },
        { KYC_Status: 'Completed' },
        { Amount: 7, Stage: 'Closed Won' },
        { Last_Name: 'Else' },
        { Quoted_Items: [] },
      ),
    });
    fc.assert(
      fc.property(history, turns, fc.array(edit, { maxLength: 8 }), (lists, order, edits) => {
        const crm = new CrmPlayer(mapping);
        const events = merged(lists, order);
        for (const [index, event] of events.entries()) {
          crm.take(event);
          const next = edits[index];
          if (next !== undefined && crm.records.has(next.key)) crm.edit(next.key, next.fields);
        }
        const [state, said] = [crm.states.get(CUSTOMER), crm.told.length];
        for (const key of crm.records.keys()) crm.look(key);
        expect(crm.told).toHaveLength(said);
        expect(crm.states.get(CUSTOMER)).toEqual(state);
        expect(replayed(crm)).toEqual(state);
      }),
    );
  });

  it('reads all that it writes, and what it does not read it does not judge', () => {
    fc.assert(
      fc.property(history, turns, (lists, order) => {
        const state = play(mapping, merged(lists, order)).states.get(CUSTOMER);
        if (state === undefined) return;
        for (const { module, identity, fields } of mapping.project(state, mapping.settings)) {
          const reads = mapping.watchedFields[module];
          if (reads !== undefined) expect(new Set(reads)).toEqual(new Set([identity.field, ...Object.keys(fields)]));
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Events and observations of the key once more, in their order, through states that JSON keeps. */
function replayed(crm: CrmPlayer): JsonObject | undefined {
  let state: JsonObject | null = null;
  for (const input of crm.inputs) {
    const before: JsonObject | null = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject);
    const result = underPurityGuard((): StepResult | null => {
      if ('event' in input) return step(mapping, before, input.event);
      return before === null ? null : observe(mapping, before, input.observation);
    });
    state = result?.state ?? state;
  }
  return state ?? undefined;
}

it('rows of a subform compare in what we say of them', () => {
  expect(holdsWanted([{ Quantity: 1 }], [{ id: '1', Quantity: 1, Total: 3 }])).toBe(true);
  expect(holdsWanted([{ Quantity: 1 }], [{ Quantity: 2 }])).toBe(false);
  expect(holdsWanted([{ Quantity: 1 }], [])).toBe(false);
});
