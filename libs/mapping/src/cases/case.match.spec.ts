import type { Json } from '#contracts';
import fc from 'fast-check';
import { matches } from './case.match.ts';
import { countHolds } from './expect.schema.ts';

const resolve = ({ match }: { match: object }): string | null => ('found' in match ? '77' : null);
const ref = (match: Record<string, Json>): Json => ({ $ref: { module: 'Contacts', match } });

describe('an expectation', () => {
  it.each<[Json, Json | undefined]>([
    [null, undefined],
    [null, null],
    [null, ''],
    [null, []],
    ['a', 'a'],
    [1, 1],
    [3588.0, 3588],
    [true, true],
    ['2026-03-01T10:00:00Z', '2026-03-01T12:00:00+02:00'],
    ['2026-03-01T10:00:00+00:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01', '2026-03-01'],
    [
      ['a', 1],
      ['a', 1],
    ],
    [{}, { a: 1 }],
    [{ a: { b: null, c: [1, { d: 'x' }] } }, { a: { c: [1, { d: 'x', e: 2 }], f: 3 }, g: 4 }],
    [ref({ found: true }), { id: '77', name: 'Ana' }],
    [ref({ found: true }), '77'],
    [{ Deal_Name: ref({ found: true }) }, { Deal_Name: { id: '77' } }],
  ])('%j holds of %j', (expected, actual) => {
    expect(matches(expected, actual, resolve)).toBe(true);
  });

  it.each<[Json, Json | undefined]>([
    [null, 0],
    [null, false],
    [null, 'x'],
    [null, {}],
    ['a', 'A'],
    ['a', ' a'],
    ['a', 'abc'],
    ['', null],
    [0, null],
    [false, undefined],
    [1, '1'],
    ['1', 1],
    [true, 'true'],
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:01Z'],
    [[], null],
    [['a'], ['a', 'b']],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [{ a: 1 }, [1]],
    [{ a: 1 }, null],
    [{ a: 1 }, { b: 1 }],
    [ref({ found: true }), { id: '78' }],
    [ref({ found: true }), null],
    [ref({ lost: true }), { id: '77' }],
    [ref({ lost: true }), null],
  ])('%j does not hold of %j', (expected, actual) => {
    expect(matches(expected, actual, resolve)).toBe(false);
  });

  it('holds of itself and of more, and never throws', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), json, (expected, other) => {
        expect(matches(expected, { ...structuredClone(expected), 'one more key': 1 }, resolve)).toBe(true);
        expect(typeof matches(other, expected, resolve)).toBe('boolean');
      }),
    );
  });

  it.each([
    [1, undefined, true],
    [2, undefined, false],
    [0, 0, true],
    [3, [1, 3], true],
    [4, [1, 3], false],
    [0, [1, 3], false],
  ] as const)('%i is as many as %j: %s', (actual, expected, holds) => {
    expect(countHolds(actual, expected as number | [number, number] | undefined)).toBe(holds);
  });
});
