import fc from 'fast-check';
import { retryDelay } from './retry.policy.ts';

describe('retryDelay', () => {
  it.each([
    [0, 100],
    [1, 200],
    [2, 400],
    [6, 6400],
    [7, 10_000],
    [1_000_000, 10_000],
  ])('after %i failures: %i ms', (failures, delayMs) => {
    expect(retryDelay(failures)).toBe(delayMs);
  });

  it('never shrinks and has a bound', () => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        expect(retryDelay(failures + 1)).toBeGreaterThanOrEqual(retryDelay(failures));
        expect(retryDelay(failures)).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});
