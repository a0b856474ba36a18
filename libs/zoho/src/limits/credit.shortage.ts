import type { CreditState } from './credit.ledger.ts';

/** With less than this part of the day's credits left, each of them counts. */
const LITTLE = 0.1;

/**
 * Whether credits are short: at the rate of the last hour they will be used up within a day, or little is left. Then it is worth
 * waiting a moment for more records to a call. Pure.
 */
export function isShort({
  credits,
  left,
  exhaustedAt,
}: Pick<CreditState, 'credits' | 'left' | 'exhaustedAt'>): boolean {
  if (credits === null || left === null) return false;
  return exhaustedAt !== null || left < credits * LITTLE;
}
