import { sql, type Kysely } from 'kysely';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Wakes the processor of notifications. */
const DELIVERIES_CHANNEL = 'causeway_deliveries';

export interface ReplayWindow {
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  /** Only those that could not be read. */
  readonly unreadable?: boolean;
}

/**
 * Has notifications that arrived in a time read again, as if they came now: after a parser was corrected. They only mark records, so
 * one that was read well before costs a reading and no event. Returns how many there are; those beyond the retention are gone.
 */
export function replayNotifications(
  db: Kysely<IntegrationDatabase>,
  window: ReplayWindow,
  operator: Operator,
): Promise<number> {
  const { from, to, unreadable = false } = window;
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ count: number }>`
      with again as (
        update webhooks.deliveries set processed_at = null, code = null
         where received_at >= ${from} and received_at < ${to} and processed_at is not null
           and (not ${unreadable} or code is not null)
        returning 1
      )
      select count(*)::integer as count, pg_notify(${DELIVERIES_CHANNEL}, '') from again`.execute(trx);
    const replayed = rows[0]?.count ?? 0;
    const details = { from: from.toISOString(), to: to.toISOString(), unreadable, notifications: replayed };
    await putAudit(trx, [{ ...operator, verb: 'notifications replay', details }]);
    return replayed;
  });
}
