import fc from 'fast-check';
import { RateLimit } from './rate.limit.ts';

const countAllowed = (limit: RateLimit, times: readonly number[], channel = 'a'): number =>
  times.filter((at) => limit.allows(channel, at)).length;

describe('RateLimit', () => {
  it('allows a burst, and then so many a second', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 20 });
    expect(countAllowed(limit, Array<number>(50).fill(0))).toBe(20);
    expect(countAllowed(limit, Array<number>(50).fill(1000))).toBe(10);
  });

  it('keeps channels apart', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 });
    expect(limit.allows('a', 0)).toBe(true);
    expect(limit.allows('a', 0)).toBe(false);
    expect(limit.allows('b', 0)).toBe(true);
  });

  it('never allows more than the burst and what the time gives', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 300 }), (pauses) => {
        const limit = new RateLimit({ perSecond: 20, burst: 5 });
        let now = 0;
        const times = pauses.map((pause) => (now += pause));
        expect(countAllowed(limit, times)).toBeLessThanOrEqual(5 + (20 * now) / 1000 + 1e-6);
      }),
    );
  });
});
