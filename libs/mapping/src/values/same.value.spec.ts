import fc from 'fast-check';
import type { Json } from '#contracts';
import { sameValue } from './same.value.ts';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

describe('the same value of a CRM field', () => {
  it.each<[Json | undefined, Json | undefined]>([
    ['Ana', ' Ana '],
    ['Ana  Ruiz', 'Ana\tRuiz'],
    ['e\u0301', '\u00e9'],
    ['a\r\nb', 'a\nb'],
    ['a \n b', 'a\nb'],
    [null, undefined],
    [null, ''],
    [undefined, ' \u200b'],
    [null, []],
    ['2026-03-01T10:00:00+00:00', '2026-03-01T12:00:00+02:00'],
    ['2026-03-01T10:00:00.9Z', '2026-03-01T10:00:00+00:00'],
    ['2026-03-01', '2026-03-01'],
    [12.005, 12.01],
    [0.1 + 0.2, 0.3],
    [3588, '3588.00'],
    [{ id: '1', name: 'A' }, { id: '1' }],
    [{ id: '1', name: 'A' }, '1'],
    [
      ['a', 'b'],
      ['a ', 'b'],
    ],
    [{ a: 1, b: null }, { a: 1 }],
    [{ a: [{ b: 'x ' }] }, { a: [{ b: 'x' }] }],
  ])('%j is %j', (a, b) => {
    expect(sameValue(a, b)).toBe(true);
    expect(sameValue(b, a)).toBe(true);
  });

  it.each<[Json | undefined, Json | undefined]>([
    ['Ana', 'ana'],
    ['a\nb', 'a b'],
    [null, 0],
    [null, false],
    ['0100', '100'],
    ['1.0', '1.00'],
    [12, 12.01],
    [12, 'twelve'],
    [true, 'true'],
    ['2026-03-01', '2026-03-02'],
    ['2026-03-01T10:00:00+00:00', '2026-03-01T10:00:01+00:00'],
    [{ id: '1' }, { id: '2' }],
    [{ id: '1' }, null],
    [{ name: 'A' }, 'A'],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['a'], ['a', 'b']],
    [['a'], 'a'],
    [{ a: 1 }, { a: 2 }],
  ])('%j is not %j', (a, b) => {
    expect(sameValue(a, b)).toBe(false);
    expect(sameValue(b, a)).toBe(false);
  });

  it('holds of any value and itself, and both ways round', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameValue(a, structuredClone(a))).toBe(true);
        expect(sameValue(a, b)).toBe(sameValue(b, a));
      }),
    );
  });
});
