import fc from 'fast-check';
import { SettleGauge, nextRest } from './settle.gauge.ts';

describe('settle gauge', () => {
  it.each([
    ['too short: up', { rest: 4, putOff: true, next: 4.5 }],
    ['long enough: down, slowly', { rest: 4, putOff: false, next: 3.88 }],
    ['never below what is worth a transaction', { rest: 3, putOff: false, next: 3 }],
    ['never so long that asking again is better', { rest: 12, putOff: true, next: 12 }],
  ])('%s', (_what, { rest, putOff, next }) => expect(nextRest(rest, putOff)).toBeCloseTo(next));

  it('keeps nobody waiting who comes first, or late', () => {
    const gauge = new SettleGauge();
    expect(gauge.remainingMs(0)).toBe(0);
    gauge.begun(0);
    gauge.ended(5);
    expect(gauge.remainingMs(6)).toBe(2);
    expect(gauge.remainingMs(1000)).toBe(0);
  });

  it('learns nothing from a transaction that came long after the one before', () => {
    const gauge = new SettleGauge();
    for (let putOff = 0; putOff < 3; putOff += 1) transact(gauge, { at: 0, settlesMs: 100, tookMs: 1 });
    const before = gauge.remainingMs(1);
    expect(before).toBe(4.5);
    transact(gauge, { at: 60_000, settlesMs: 0, tookMs: 1 });
    expect(gauge.remainingMs(60_001)).toBe(before);
  });

  it('finds out how long any broker takes: few are put off, and none rests much longer than it must', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 11, noNaN: true }), (settlesMs) => {
        const gauge = new SettleGauge();
        let [now, putOff, rested] = [0, 0, 0];
        for (let n = 0; n < 400; n += 1) {
          const rest = gauge.remainingMs(now);
          now += rest;
          const early = n > 0 && rest < settlesMs;
          gauge.begun(now);
          if (early) gauge.putOff();
          now += early ? 4 : 2;
          gauge.ended(now);
          if (n >= 200) [putOff, rested] = [putOff + Number(early), Math.max(rested, rest)];
        }
        expect(putOff).toBeLessThan(200 / 2);
        expect(rested).toBeLessThanOrEqual(Math.max(3, settlesMs) + 1);
      }),
    );
  });
});

/** A transaction that begins so long after its forerunner's end, at a broker that needs so long to settle. */
function transact(
  gauge: SettleGauge,
  { at, settlesMs, tookMs }: { at: number; settlesMs: number; tookMs: number },
): void {
  gauge.begun(at);
  if (settlesMs > 0) gauge.putOff();
  gauge.ended(at + tookMs);
}
