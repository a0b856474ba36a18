/**
 * When a throttled or unavailable command is tried again (packs/README.md section 4), in seconds:
 *
 *   failure   1   2   3   4    5    6     7     8     9 and later
 *   pause     1   2   4   30   60   120   240   480   900
 *
 * The first three keep the lane; from the fourth on a live command moves to the lane retry. There is no end: an alert
 * after 24 hours calls a person.
 */
const QUICK_SECONDS = [1, 2, 4];
const SLOW_FIRST_SECONDS = 30;
const SLOW_LAST_SECONDS = 900;
/** Jitter keeps many commands that failed together from coming back together. */
const JITTER = 0.2;

export interface RetryDecision {
  readonly delayMs: number;
  readonly lane: 'same' | 'retry';
}

/** `failures` counts this one too (1 or more); `random` is in [0, 1). */
export function retryDecision(failures: number, random: number): RetryDecision {
  const quick = QUICK_SECONDS[failures - 1];
  const doublings = Math.min(failures - QUICK_SECONDS.length - 1, 30);
  const seconds = quick ?? Math.min(SLOW_LAST_SECONDS, SLOW_FIRST_SECONDS * 2 ** doublings);
  return { delayMs: jittered(seconds * 1000, random), lane: quick === undefined ? 'retry' : 'same' };
}

/** A tenth more or less, so that what waits together does not come back together. */
export function jittered(milliseconds: number, random: number): number {
  return Math.round(milliseconds * (1 - JITTER / 2 + JITTER * random));
}
