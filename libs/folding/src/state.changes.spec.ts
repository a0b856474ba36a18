import fc from 'fast-check';
import type { Json, JsonObject } from '#contracts';
import { changesText, stateChanges } from './state.changes.ts';

describe('stateChanges', () => {
  const kept = { deep: [1, 2] };
  type Case = [what: string, sides: [before: JsonObject | null, after: JsonObject | null], expected: unknown];
  it.each<Case>([
    ['a first state', [null, { a: 1, b: { c: 'x' } }], { a: [null, 1], b: [null, { c: 'x' }] }],
    [
      'a value',
      [
        { a: 1, b: 2 },
        { a: 1, b: 3 },
      ],
      { b: [2, 3] },
    ],
    ['a value that appears', [{ a: 1 }, { a: 1, b: 2 }], { b: [null, 2] }],
    ['a value that goes', [{ a: 1, b: 2 }, { a: 1 }], { b: [2, null] }],
    ['a part of a part', [{ a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 1, d: 5 } } }], { 'a.b.d': [2, 5] }],
    [
      'a list, as one',
      [{ a: [1, 2] }, { a: [1, 2, 3] }],
      {
        a: [
          [1, 2],
          [1, 2, 3],
        ],
      },
    ],
    ['a list that is another one with the same things', [{ a: [{ x: 1 }] }, { a: [{ x: 1 }] }], null],
    ['an object that becomes none', [{ a: { b: 1 } }, { a: null }], { a: [{ b: 1 }, null] }],
    ['nothing', [{ a: kept }, { a: kept }], null],
    ['nothing of a state that is there no more', [{ a: 1 }, null], null],
    ['a key that every object has', [{}, { constructor: 1 }], { constructor: [null, 1] }],
  ])('names %s', (_, [before, after], expected) => {
    expect(stateChanges(before, after)).toEqual(expected);
  });

  it('says where both differ and nowhere else: what is put in its place gives the other one', () => {
    const state = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof(fc.integer(), fc.string(), fc.dictionary(fc.constantFrom('x', 'y'), fc.integer())),
    );
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(applied(before, stateChanges(before, after) ?? {})).toEqual(after);
      }),
    );
  });

  it('keeps no more than the names where too much changed', () => {
    const large = { notes: { a: 'x'.repeat(20_000), b: 'y' }, count: 1 };
    expect(JSON.parse(changesText({ notes: { a: '', b: '' }, count: 0 }, large) ?? '')).toEqual({
      notes: [],
      count: [],
    });
  });
});

function applied(before: JsonObject, changes: Record<string, Json[]>): JsonObject {
  const made = structuredClone(before);
  for (const [path, [, after = null]] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const place = names.reduce<JsonObject>((object, name) => object[name] as JsonObject, made);
    if (after === null) delete place[last];
    else place[last] = after;
  }
  return made;
}
