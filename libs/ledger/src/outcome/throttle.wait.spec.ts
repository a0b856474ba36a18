import fc from 'fast-check';
import type { NoRoomCause } from '#contracts';
import { throttleWait } from './throttle.wait.ts';

const now = 1_000_000;

describe('throttleWait', () => {
  it.each<[cause: NoRoomCause, throttles: number, until: number | null, seconds: number, lane: 'same' | 'retry']>([
    ['concurrency', 0, null, 1, 'same'],
    ['concurrency', 2, null, 4, 'same'],
    ['concurrency', 3, null, 30, 'retry'],
    ['calls', 0, null, 1, 'same'],
    ['calls', 0, 20, 20, 'same'],
    ['calls', 3, 20, 30, 'retry'],
    ['place', 9, null, 1, 'same'],
    ['credits', 0, 90, 90, 'same'],
    ['credits', 9, null, 300, 'same'],
    ['credits', 0, 7200, 900, 'same'],
    ['credits', 0, -5, 1, 'same'],
    ['tokens', 9, null, 60, 'same'],
    ['tokens', 0, 600, 600, 'same'],
    ['stopped', 9, null, 0, 'same'],
    ['held', 9, null, 0, 'same'],
  ])('%s after %d others, until %s s from now: %d s', (cause, throttles, until, seconds, lane) => {
    const noRoom = { cause, until: until === null ? null : now + until * 1000 };
    expect(throttleWait(noRoom, { throttles, now, random: 0.5 })).toEqual({ delayMs: seconds * 1000, lane });
  });

  it('never waits longer than the last pause of the schedule and its jitter', () => {
    const cause = fc.constantFrom<NoRoomCause>('concurrency', 'place', 'credits', 'tokens', 'calls', 'stopped', 'held');
    const until = fc.option(fc.nat(), { nil: null });
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(cause, until, fc.nat(), random, (named, end, throttles, chance) => {
        const { delayMs } = throttleWait({ cause: named, until: end }, { throttles, now, random: chance });
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(990_000);
      }),
    );
  });
});
