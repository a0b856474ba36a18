import fc from 'fast-check';
import { cut } from './cut.ts';

describe('cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['ab cd', 3, 'ab'],
    ['ab\u3000\u2028cd', 4, 'ab'],
    ['a😀b', 2, 'a'],
    ['a😀b', 3, 'a😀'],
    ['a 😀', 3, 'a'],
    ['😀', 1, ''],
    ['  a', 2, ''],
    // Not longer than the cut: left as it is.
    ['ab ', 3, 'ab '],
  ])('of %j at %i is %j', (text, units, expected) => {
    expect(cut(text, units)).toBe(expected);
  });

  it('is a beginning of the text, no longer than allowed, well-formed, and no shorter than it must be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, units) => {
        const head = cut(text, units);
        expect(text.startsWith(head)).toBe(true);
        expect(head.length).toBeLessThanOrEqual(units);
        expect(head.isWellFormed()).toBe(true);
        const lost = text.slice(head.length, units);
        expect(lost.replace(/[\uD800-\uDBFF]$/, '')).toMatch(/^\p{White_Space}*$/u);
        expect(cut(head, units)).toBe(head);
      }),
    );
  });
});
