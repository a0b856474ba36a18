/** What is known at the moment of HTTP 429, which says nothing itself (reference 5.3). */
export interface ThrottleFacts {
  /** Credits of the day; null if not known. */
  readonly credits: number | null;
  /** Credits left by our own ledger and the last header; null if not known. */
  readonly left: number | null;
  /** Price of the refused call. */
  readonly price: number;
  /** Calls of this process that ran when the refused one went out, itself among them. */
  readonly inFlight: number;
  /** Whether an answer of the last minutes came without the header that is sent from half of the credits on. */
  readonly belowHalf: boolean;
}

export type ThrottleCause = 'concurrency' | 'credits';

/** With less than this part of the day left by our count, another application may have had the rest. */
const NEARLY_NONE = 0.02;

/**
 * Too many calls at once, or no credits. Our own ledger knows when the credits are gone, but for the last few that another
 * application may have taken; a call that ran alone while there were credits met calls of another process; one that ran alone
 * and of which nothing is known met the end of the credits.
 */
export function throttleCause({ credits, left, price, inFlight, belowHalf }: ThrottleFacts): ThrottleCause {
  if (left !== null && (left < price || left < (credits ?? 0) * NEARLY_NONE)) return 'credits';
  if (inFlight > 1) return 'concurrency';
  if (belowHalf) return 'concurrency';
  return left === null ? 'credits' : 'concurrency';
}
