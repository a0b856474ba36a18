import type { Lsn } from './lsn.ts';
import type { Position } from './position.ts';

/** More rows than a transaction can have: all of it is stored already. */
export const WHOLE_TRANSACTION = Number.POSITIVE_INFINITY;

/**
 * How many of a transaction's first rows Kafka holds already, given the position read at the start. The server starts at
 * the slot's confirmed flush, which is never ahead of the position but often behind it, so it sends some again.
 *
 * Only the address of the commit record counts. Rows' own addresses identify nothing: all rows of one COPY share one,
 * and a transaction that began early and committed late has rows below positions long confirmed.
 */
export function rowsToSkip(position: Pick<Position, 'lsn' | 'ordinal'>, commitLsn: Lsn): number {
  if (commitLsn < position.lsn) return WHOLE_TRANSACTION;
  return commitLsn === position.lsn ? position.ordinal : 0;
}
