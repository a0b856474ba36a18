import fc from 'fast-check';
import type { Json, JsonObject } from '#contracts';
import { mergeOf, type WaitingCommand } from './command.merge.ts';

function waiting(seed: Partial<WaitingCommand> = {}): WaitingCommand {
  return {
    id: '1',
    product: 'portal',
    entityType: 'user',
    entityId: '42',
    lane: 'live',
    operation: 'write',
    identityField: 'External_User_ID',
    fields: {},
    trigger: ['workflow'],
    whenConverted: 'follow',
    linkOnly: false,
    lookups: [],
    fresh: true,
    ...seed,
  };
}

describe('mergeOf', () => {
  it('takes the last value of each field, and the lookups of all', () => {
    const head = waiting({ fields: { A: 1, B: 'x' }, lookups: ['Contacts/1'] });
    const second = waiting({ id: '2', fields: { B: null, C: 3 }, lookups: ['Accounts/1'] });
    const third = waiting({ id: '3', fields: { C: 4 }, lookups: ['Contacts/1'] });
    expect(mergeOf(head, [second, third])).toEqual({
      merged: [second, third],
      fields: { A: 1, B: null, C: 4 },
      lookups: ['Contacts/1', 'Accounts/1'],
    });
  });

  it.each<[string, Partial<WaitingCommand>]>([
    ['a note', { operation: 'note' }],
    ['a task', { operation: 'task' }],
    ['a conversion', { operation: 'convert' }],
    ['a delete', { operation: 'delete' }],
    ['one that was attempted, is parked or waits for a link', { fresh: false }],
    ['another trigger rule', { trigger: [] }],
    ['another lane', { lane: 'backfill' }],
    ['one that ends when people convert the record', { whenConverted: 'skip' }],
    ['one that never makes the record', { linkOnly: true }],
    ['another product', { product: 'sites' }],
    ['another entity', { entityId: '43' }],
    ['another identity field', { identityField: 'Other_ID' }],
  ])('never passes %s', (_what, seed) => {
    const before = waiting({ id: '2', fields: { A: 2 } });
    const after = waiting({ id: '4', fields: { A: 4 } });
    const { merged, fields } = mergeOf(waiting({ fields: { A: 1 } }), [
      before,
      waiting({ id: '3', fields: { A: 3 }, ...seed }),
      after,
    ]);
    expect(merged).toEqual([before]);
    expect(fields).toEqual({ A: 2 });
  });

  it.each<[string, Partial<WaitingCommand>]>([
    ['a note', { operation: 'note' }],
    ['one that was attempted', { fresh: false }],
  ])('leaves %s at the front alone', (_what, seed) => {
    const head = waiting({ fields: { A: 1 }, ...seed });
    expect(mergeOf(head, [waiting({ id: '2', fields: { A: 2 }, ...seed })])).toMatchObject({
      merged: [],
      fields: { A: 1 },
    });
  });
});

/** A record, and what happened to it, each time with the record as it was then. */
interface Lived {
  readonly record: Json;
  readonly effects: readonly Json[];
  /** Field -> trigger rules and lanes under which it was written. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
}

function live(commands: readonly WaitingCommand[]): Lived {
  let record: JsonObject | null = null;
  const effects: Json[] = [];
  const rules: Record<string, string[]> = {};
  for (const { operation, fields, id, trigger, lane, fresh } of commands) {
    if (operation === 'write') {
      record = Object.assign({}, record, fields);
      for (const field of Object.keys(fields)) {
        const rule = `${lane} ${trigger.join()}`;
        rules[field] = [...new Set([...(rules[field] ?? []), rule])].toSorted();
      }
      // One that was attempted before is an attempt of its own: it has to stay what it was.
      if (!fresh) effects.push({ id, fields });
    } else {
      effects.push({ id, operation, record });
      if (operation === 'delete') record = null;
    }
  }
  return { record, effects, rules };
}

function coalesced(commands: readonly WaitingCommand[]): WaitingCommand[] {
  const [head, ...rest] = commands;
  if (head === undefined) return [];
  const { merged, fields, lookups } = mergeOf(head, rest);
  return [{ ...head, fields, lookups }, ...coalesced(rest.slice(merged.length))];
}

const aFields = fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.option(fc.integer({ min: 0, max: 3 })), {
  minKeys: 1,
  noNullPrototype: true,
});
const aWaiting = fc.record({
  operation: fc.oneof(
    { weight: 6, arbitrary: fc.constant('write' as const) },
    fc.constantFrom('note' as const, 'convert' as const, 'delete' as const),
  ),
  fields: aFields,
  trigger: fc.constantFrom(['workflow'], []),
  lane: fc.oneof({ weight: 4, arbitrary: fc.constant('live' as const) }, fc.constant('backfill' as const)),
  fresh: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
});

describe('the law of coalescing', () => {
  it('gives the same record, the same effects on the same record, and no automation more or less', () => {
    fc.assert(
      fc.property(fc.array(aWaiting, { maxLength: 12 }), (seeds) => {
        const commands = seeds.map((seed, at) => waiting({ id: String(at + 1), ...seed }));
        const merged = coalesced(commands);
        expect(live(merged)).toEqual(live(commands));
        // Nothing is left that could have joined its neighbour, so it is as short as it may be.
        expect(coalesced(merged)).toEqual(merged);
      }),
      { numRuns: 500 },
    );
  });
});
