import fc from 'fast-check';
import { CommitClock } from './commit.clock.ts';

const at = (seconds: number): number => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;

describe('commit clock', () => {
  it('knows no commit before the first, or goes on with the one that was stored', () => {
    const clock = new CommitClock();
    expect(clock.committedAt).toBeUndefined();
    clock.restore('2026-01-01T00:00:00.000Z');
    clock.stored(5n);
    expect(clock.committedAt).toBe('2026-01-01T00:00:00.000Z');
    expect(clock.lagSeconds(at(9))).toBe(0);
  });

  it('lags since the oldest transaction that is not stored', () => {
    const clock = new CommitClock();
    clock.begin({ commitLsn: 10n, commitTime: at(0) });
    clock.begin({ commitLsn: 20n, commitTime: at(5) });
    expect(clock.lagSeconds(at(8))).toBe(8);
    clock.stored(11n);
    expect(clock.lagSeconds(at(8))).toBe(3);
    expect(clock.committedAt).toBe(new Date(at(0)).toISOString());
    clock.stored(21n);
    expect(clock.lagSeconds(at(8))).toBe(0);
  });

  it('counts a transaction that was split as not stored until its end is', () => {
    const clock = new CommitClock();
    clock.begin({ commitLsn: 10n, commitTime: at(0) });
    clock.stored(10n);
    expect(clock.committedAt).toBeUndefined();
    expect(clock.lagSeconds(at(2))).toBe(2);
  });

  it('never says later than it was, and is a second early at most', () => {
    const commits = fc.array(fc.nat(3000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(commits, fc.nat(199), (pauses, stored) => {
        const clock = new CommitClock();
        let time = at(0);
        const times = pauses.map((pause) => (time += pause));
        times.forEach((commitTime, index) => clock.begin({ commitLsn: BigInt(index * 10), commitTime }));
        const last = Math.min(stored, times.length - 1);
        clock.stored(BigInt(last * 10 + 1));
        const said = Date.parse(clock.committedAt ?? '');
        expect(said).toBeLessThanOrEqual(times[last] ?? 0);
        expect((times[last] ?? 0) - said).toBeLessThan(1000);
        if (last < times.length - 1) expect(clock.lagSeconds(time + 5000)).toBeGreaterThan(4);
      }),
    );
  });
});
