import fc from 'fast-check';
import { throttled, rejected, unavailable } from '../failure.make.ts';
import {
  MINTS_IN_WINDOW,
  MINT_WINDOW,
  mintBlockedUntil,
  noToken,
  quietAfter,
  tokenState,
  withLockout,
  withMint,
} from './token.policy.ts';
import type { Token } from './token.types.ts';

const HOUR = 3_600_000;
const issued = (life: number): Token => ({
  ...noToken('g'),
  accessToken: 'a',
  apiDomain: 'https://api.example',
  issuedAt: 0,
  expiresAt: life,
});

describe('when a token is refreshed', () => {
  it.each([
    [0, 0, 'fresh'],
    [HOUR - 61_000, 0, 'fresh'],
    [HOUR - 60_000, 0, 'expired'],
    [HOUR - 300_000, 1, 'due'],
    [HOUR - 300_001, 1, 'fresh'],
    [HOUR - 180_000, 0.5, 'due'],
    [HOUR + 1, 0, 'expired'],
  ] as const)('an hour long, at %d with jitter %d: %s', (now, jitter, expected) => {
    expect(tokenState(issued(HOUR), { now, jitter })).toBe(expected);
  });

  it('leaves a short-lived token most of its life', () => {
    expect(tokenState(issued(10_000), { now: 6_999, jitter: 1 })).toBe('fresh');
    expect(tokenState(issued(10_000), { now: 7_000, jitter: 1 })).toBe('due');
    expect(tokenState(issued(10_000), { now: 9_000, jitter: 1 })).toBe('expired');
  });

  it('is expired without a token', () => {
    expect(tokenState(noToken('g'), { now: 0, jitter: 0 })).toBe('expired');
  });
});

describe('ten tokens in ten minutes (reference 1.4)', () => {
  it('never lets more than ten tries into any ten minutes, and blocks no longer than needed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 80 }), (gaps) => {
        let token = noToken('g');
        let now = 1_000_000;
        const tries: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const blocked = mintBlockedUntil(token, now);
          if (blocked !== null) {
            expect(blocked).toBeGreaterThan(now);
            expect(mintBlockedUntil(token, blocked)).toBeNull();
            continue;
          }
          tries.push(now);
          token = withMint(token, now);
        }
        for (const start of tries) {
          const inside = tries.filter((at) => at >= start && at < start + MINT_WINDOW);
          expect(inside.length).toBeLessThanOrEqual(MINTS_IN_WINDOW);
        }
        expect(token.mints.length).toBeLessThanOrEqual(MINTS_IN_WINDOW);
      }),
    );
  });

  it('waits 10, 20, then 30 minutes after lock-outs in a row', () => {
    let token = noToken('g');
    const waits = [0, 1, 2, 3].map(() => {
      token = withLockout(token, { now: 0, jitter: 0 });
      return (mintBlockedUntil(token, 0) ?? 0) / 60_000;
    });
    expect(waits).toEqual([10, 20, 30, 30]);
    expect(withLockout(noToken('g'), { now: 0, jitter: 1 }).lockedUntil).toBe(630_000);
  });

  it('ignores tries that a turned-back clock puts into the future', () => {
    const token = { ...noToken('g'), mints: Array.from({ length: 10 }, () => 5_000_000) };
    expect(mintBlockedUntil(token, 1_000_000)).toBeNull();
  });
});

it('how long a process asks nobody after a failure', () => {
  const at = { now: 1_000, counted: true };
  expect(quietAfter(rejected('invalid_code'), at)).toBe(60_000);
  expect(quietAfter(unavailable('HTTP_500'), at)).toBe(15_000);
  expect(quietAfter(unavailable('ECONNREFUSED'), { now: 1_000, counted: false })).toBe(1_000);
  expect(quietAfter(throttled('x', { until: 6_000 }), at)).toBe(5_000);
  expect(quietAfter(throttled('x', { until: 9_000_000 }), at)).toBe(30_000);
  expect(quietAfter(throttled('x', { until: 500 }), at)).toBe(0);
});
