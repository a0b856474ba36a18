import fc from 'fast-check';
import { holds } from './match.ts';

const resolve = ({ module }: { module: string }) => (module === 'Contacts' ? '42' : undefined);

describe('match', () => {
  it.each<[actual: unknown, expected: unknown, result: boolean]>([
    ['a', 'a', true],
    ['a', 'A', false],
    [12.5, 12.5, true],
    ['12.50', 12.5, true],
    [12, '12.0', true],
    ['x', 1, false],
    [null, null, true],
    [undefined, null, true],
    ['', null, true],
    [0, null, false],
    [false, null, false],
    ['2026-03-01T11:00:00+01:00', '2026-03-01T10:00:00Z', true],
    ['2026-03-01T11:00:00+01:00', '2026-03-01T10:00:01Z', false],
    ['2026-03-01', '2026-03-01', true],
    ['2026-03-01', '2026-03-01T00:00:00Z', false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1, 2], [1], false],
    [{ a: 1, b: { c: [1] } }, { b: { c: [1] } }, true],
    [{ a: 1 }, { a: 1, b: null }, true],
    [{ a: 1 }, { b: 1 }, false],
    [null, {}, false],
    [{ id: '42', name: 'A' }, { $ref: { module: 'Contacts', match: {} } }, true],
    [{ id: '41' }, { $ref: { module: 'Contacts', match: {} } }, false],
    [{ id: '42' }, { $ref: { module: 'Leads', match: {} } }, false],
  ])('%j against %j: %s', (actual, expected, result) => {
    expect(holds(actual, expected, resolve)).toBe(result);
  });

  it('holds for every value against itself', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => holds(value, value, () => undefined) || value === undefined));
  });
});
