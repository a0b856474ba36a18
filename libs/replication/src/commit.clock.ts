import type { Lsn } from './lsn.ts';

/** Commits closer together than this count as one. */
const STEP_MS = 1000;

interface Tick {
  readonly commitLsn: Lsn;
  readonly commitMs: number;
}

/**
 * Knows when what is stored was committed, by the source's clock: how far behind in time the publisher is, and where a gap would
 * begin. Keeps one commit a second, so it stays small whatever is under way, and never names a time that is too late.
 */
export class CommitClock {
  readonly #ticks: Tick[] = [];
  #last = Number.NEGATIVE_INFINITY;
  #newestLsn: Lsn = -1n;
  #newestMs = 0;
  #storedLsn: Lsn = 0n;
  #storedMs: number | undefined;

  /** @param committedAt RFC 3339 of the last commit that was stored before this start, if it is known */
  restore(committedAt: string | undefined): void {
    this.#storedMs ??= committedAt === undefined ? undefined : Date.parse(committedAt);
  }

  begin({ commitLsn, commitTime }: { readonly commitLsn: Lsn; readonly commitTime: number }): void {
    this.#newestLsn = commitLsn;
    this.#newestMs = commitTime;
    // A commit record's time may be a little before that of the one in front of it.
    if (commitTime >= this.#last && commitTime - this.#last < STEP_MS) return;
    this.#last = commitTime;
    this.#ticks.push({ commitLsn, commitMs: commitTime });
  }

  /** Everything that committed before `lsn` is stored. */
  stored(lsn: Lsn): void {
    this.#storedLsn = lsn;
    while (this.#ticks[0] !== undefined && this.#ticks[0].commitLsn < lsn) {
      const tick = this.#ticks.shift();
      // The next tick is later; what lies between has this one's time at least.
      if (tick !== undefined) this.#storedMs = tick.commitMs;
    }
  }

  /** The last stored commit, RFC 3339, at most a second too early; undefined when none is known. */
  get committedAt(): string | undefined {
    return this.#storedMs === undefined ? undefined : new Date(this.#storedMs).toISOString();
  }

  /** Seconds since the oldest transaction that was read and is not stored committed; 0 when all is stored. */
  lagSeconds(nowMs: number): number {
    const unstored = this.#newestLsn >= this.#storedLsn ? this.#newestMs : undefined;
    const oldest = this.#ticks[0]?.commitMs ?? unstored;
    return oldest === undefined ? 0 : Math.max(0, (nowMs - oldest) / 1000);
  }
}
