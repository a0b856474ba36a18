import type { Json } from '#contracts';
import fc from 'fast-check';
import { frozen, requireJson, requireJsonSince } from './frozen.json.ts';

describe('frozen JSON', () => {
  it.each<[unknown, string]>([
    [{ a: undefined }, 'state.a'],
    [{ a: [1, { b: Number.NaN }] }, 'state.a.1.b'],
    [{ at: new Date(0) }, 'state.at'],
    [{ seen: new Set() }, 'state.seen'],
    [{ by: new Map() }, 'state.by'],
    [{ run: () => 1 }, 'state.run'],
    [{ cents: 1n }, 'state.cents'],
    [Infinity, 'state'],
  ])('refuses what would not come back as it is (%#)', (value, place) => {
    expect(() => requireJson(value)).toThrow(`${place} is not JSON`);
  });

  it('finds what is not JSON also in what is frozen', () => {
    expect(() => requireJson(frozen({ a: { at: new Date(0) } }))).toThrow('state.a.at');
  });

  it('says of what was made of JSON what a look at all of it says', () => {
    const odd = fc.constantFrom<unknown>(undefined, Number.NaN, new Date(0), 1n, Object, 'a', 7, null, { a: [1] }, [
      new Set(),
    ]);
    const names = fc.constantFrom('a', 'b', 'constructor', 'toString');
    const json = fc.dictionary(names, fc.jsonValue());
    fc.assert(
      fc.property(json, fc.dictionary(names, odd), fc.boolean(), (before, change, isShared) => {
        const after = isShared ? { ...before, ...change } : change;
        expect(saidOf(() => requireJsonSince(after, before))).toBe(saidOf(() => requireJson(after)));
      }),
    );
    expect(saidOf(() => requireJsonSince(new Date(0), {}))).toBe('state is not JSON');
  });

  it('freezes any JSON all the way down and changes nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
        const before = JSON.stringify(value);
        expect(() => requireJson(value)).not.toThrow();
        expect(frozen(value)).toBe(value);
        expect(isFrozen(value)).toBe(true);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});

/** What it was refused with; null when it was not. */
function saidOf(look: () => void): string | null {
  try {
    look();
    return null;
  } catch (error) {
    return error instanceof TypeError ? error.message : 'another error';
  }
}

function isFrozen(value: unknown): boolean {
  return (
    Object.isFrozen(value) && (typeof value !== 'object' || Object.values(value ?? {}).every((part) => isFrozen(part)))
  );
}
