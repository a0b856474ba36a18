import fc from 'fast-check';
import { retryDecision } from './retry.schedule.ts';

/** packs/README.md section 4: 1, 2 and 4 s, then in the lane retry from 30 s doubling to 15 min. */
const SCHEDULE: [failures: number, seconds: number, lane: 'same' | 'retry'][] = [
  [1, 1, 'same'],
  [2, 2, 'same'],
  [3, 4, 'same'],
  [4, 30, 'retry'],
  [5, 60, 'retry'],
  [6, 120, 'retry'],
  [7, 240, 'retry'],
  [8, 480, 'retry'],
  [9, 900, 'retry'],
  [10, 900, 'retry'],
  [1000, 900, 'retry'],
];

describe('retryDecision', () => {
  it.each(SCHEDULE)('after failure %i: %i s in the %s lane', (failures, seconds, lane) => {
    expect(retryDecision(failures, 0.5)).toEqual({ delayMs: seconds * 1000, lane });
  });

  it.each(SCHEDULE)('after failure %i the jitter stays within a tenth of %i s', (failures, seconds) => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const { delayMs } = retryDecision(failures, random);
        expect(delayMs).toBeGreaterThanOrEqual(seconds * 900);
        expect(delayMs).toBeLessThanOrEqual(seconds * 1100);
      }),
    );
  });

  it('spreads those that failed together', () => {
    const delays = new Set(Array.from({ length: 20 }, (_, index) => retryDecision(9, index / 20).delayMs));
    expect(delays.size).toBe(20);
  });

  it('has no end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (failures) => {
        const { delayMs } = retryDecision(failures, 0.999);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeLessThanOrEqual(990_000);
      }),
    );
  });
});
