const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Pause before a failed batch is handled again, in milliseconds: 100, 200, 400, ... at most 10 s. */
export function retryDelay(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
}
