import fc from 'fast-check';
import { isGateOpen } from './gate.policy.ts';

describe('isGateOpen', () => {
  it.each([
    [true, 0, true],
    [true, 1000, true],
    [true, 1001, false],
    [false, 1001, false],
    [false, 900, false],
    [false, 800, false],
    [false, 799, true],
  ])('was open: %s, %d waiting of 1000: %s', (wasOpen, depth, expected) => {
    expect(isGateOpen({ wasOpen, depth, most: 1000 })).toBe(expected);
  });

  it('does not swing: what stays the same decides the same', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.nat(), fc.integer({ min: 100 }), (wasOpen, depth, most) => {
        const first = isGateOpen({ wasOpen, depth, most });
        expect(isGateOpen({ wasOpen: first, depth, most })).toBe(first);
      }),
    );
  });
});
