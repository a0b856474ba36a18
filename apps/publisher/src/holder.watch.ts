/** What the server tells of the process that reads a slot; null where it is not of our role. */
export interface Holder {
  readonly pid: number;
  /** When its client sent its last status, by the client's clock. */
  readonly replyTime: string | null;
  /** What the WAL sender waits for, if it does. */
  readonly waitEvent: string | null;
}

/** In these states a WAL sender takes in what its client says; in the midst of decoding it does not. */
const LISTENING: ReadonlySet<string> = new Set([
  'WalSenderMain',
  'WalSenderWriteData',
  'WalSenderWaitForWal',
  'WalSenderWaitForWAL',
]);

/**
 * Tells a reader that is gone without a word (frozen, or behind a dead link) from one that works. The server itself waits for
 * `wal_sender_timeout`, a minute by default. A publisher sends a status every two seconds from a timer, so one that sends none
 * while its WAL sender listens is not at work. Compares by this process's clock alone.
 */
export class HolderWatch {
  readonly #deadAfterMs: number;
  #seen: { readonly pid: number; readonly replyTime: string | null; readonly since: number } | undefined;

  /** @param deadAfterMs how long a reader may be silent; 0 never takes a slot away */
  constructor(deadAfterMs: number) {
    this.#deadAfterMs = deadAfterMs;
  }

  /** True when the reader has been silent for too long. */
  isDead({ pid, replyTime, waitEvent }: Holder, nowMs: number): boolean {
    const isSame = this.#seen?.pid === pid && this.#seen.replyTime === replyTime;
    const listens = waitEvent !== null && LISTENING.has(waitEvent);
    if (!isSame || !listens || this.#seen === undefined) {
      this.#seen = { pid, replyTime, since: nowMs };
      return false;
    }
    return this.#deadAfterMs > 0 && nowMs - this.#seen.since >= this.#deadAfterMs;
  }
}
