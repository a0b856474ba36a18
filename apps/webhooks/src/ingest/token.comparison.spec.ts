import fc from 'fast-check';
import { sameSecret } from './token.comparison.ts';

describe('sameSecret', () => {
  it('is true for the same text and for no other, of whatever length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(sameSecret(a, a)).toBe(true);
        expect(sameSecret(a, b)).toBe(a === b);
        expect(sameSecret(`${a}x`, a)).toBe(false);
      }),
    );
  });
});
