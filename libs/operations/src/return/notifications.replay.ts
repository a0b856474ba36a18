import { sql, type QueryExecutorProvider } from 'kysely';

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
export async function replayNotifications(db: QueryExecutorProvider, window: ReplayWindow): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with again as (
      update webhooks.deliveries set processed_at = null, code = null
       where received_at >= ${window.from} and received_at < ${window.to} and processed_at is not null
         and (not ${window.unreadable ?? false} or code is not null)
      returning 1
    )
    select count(*)::integer as count, pg_notify(${DELIVERIES_CHANNEL}, '') from again`.execute(db);
  return rows[0]?.count ?? 0;
}
