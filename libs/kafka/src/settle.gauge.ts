/**
 * Less than this only makes more transactions of the same rows: measured at 1,000 rows a second on two cores, 1 ms gave 240 a second and 3 ms
 * 190, and the slowest of a hundred rows came sooner. More than the most is not waited: a slower broker is asked again instead.
 */
const LEAST_MS = 3;
const MOST_MS = 12;
const FIRST_MS = 3;
/** How the guess follows: up at once when it was too short, down slowly, so that about one transaction in ten is put off. */
const STEP_UP_MS = 0.5;
const STEP_DOWN = 0.97;
/** A transaction that comes later than this behind the one before says nothing about how short a rest may be. */
const TELLING_MS = 2;

/** The next guess, after a transaction that rested for about `restMs` was put off or was not. Pure. */
export function nextRest(restMs: number, putOff: boolean): number {
  return putOff ? Math.min(MOST_MS, restMs + STEP_UP_MS) : Math.max(LEAST_MS, restMs * STEP_DOWN);
}

/**
 * How long a transactional.id rests between two transactions. The coordinator writes its markers after it has answered a commit,
 * and puts off whatever comes before they are written (CONCURRENT_TRANSACTIONS): a request for nothing and a pause, with a batch in
 * hand that takes no more rows. Whoever waits that long before it takes the batch has fewer and fuller transactions, each of them
 * shorter. The time is the broker's, and is longer when it is busy: so it is found out, from what is put off.
 */
export class SettleGauge {
  #restMs = FIRST_MS;
  #endedAt = Number.NEGATIVE_INFINITY;
  #begunAt = Number.NEGATIVE_INFINITY;
  #putOff = false;

  /** Milliseconds that are left until a transaction is likely to be let in at once; 0 for none. */
  remainingMs(now: number): number {
    return Math.max(0, this.#endedAt + this.#restMs - now);
  }

  begun(now: number): void {
    this.#begunAt = now;
    this.#putOff = false;
  }

  /** The transaction was told to come again. */
  putOff(): void {
    this.#putOff = true;
  }

  ended(now: number): void {
    const rested = this.#begunAt - this.#endedAt;
    if (this.#putOff || rested < this.#restMs + TELLING_MS) this.#restMs = nextRest(this.#restMs, this.#putOff);
    this.#endedAt = now;
  }
}
