/** Most records of a call: with so many no more company can come. */
const FULL = 100;

export interface Company {
  /** Credits are short. */
  readonly short: boolean;
  /** Commands that could go out now, counted up to a full call. */
  readonly waiting: number;
  /** Milliseconds since the oldest of them was made. */
  readonly oldestMs: number;
  /** Milliseconds that a command waits for company at most. */
  readonly waitMs: number;
}

/**
 * How many milliseconds commands wait for others to share a call with: a call of up to ten records costs one credit, of one
 * record as much. Only while credits are short, and none longer than it may. Pure.
 */
export function pauseForCompany({ short, waiting, oldestMs, waitMs }: Company): number {
  if (!short || waiting === 0 || waiting >= FULL) return 0;
  return Math.max(0, Math.ceil(waitMs - oldestMs));
}
