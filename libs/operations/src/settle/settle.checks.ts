import { sql, type QueryExecutorProvider } from 'kysely';
import { countOpenCommands, countWaitingBehindParked } from '#ledger';
import type { Leftover } from './leftover.ts';

/** Commands that something will still happen to by itself. Parked ones, and those behind them, wait for a person. */
export async function commandsUnderWay(db: QueryExecutorProvider): Promise<Leftover> {
  const { ready = 0, in_flight: inFlight = 0, unknown = 0 } = await countOpenCommands(db);
  const waiting = await countWaitingBehindParked(db);
  return { what: 'commands under way', count: ready + inFlight + unknown - waiting };
}

/** What a person holds back on the way in waits for a person. */
export async function notificationsUnderWay(db: QueryExecutorProvider): Promise<Leftover[]> {
  const { rows } = await sql<{ deliveries: number; dirty: number }>`
    select (select count(*)::integer from webhooks.deliveries where processed_at is null) as deliveries,
           (select count(*)::integer from webhooks.dirty d
             where not exists (select from webhooks.holds) or not webhooks.is_held(d.connection_id, d.module, d.record_id)) as dirty`.execute(
    db,
  );
  return [
    { what: 'notifications not processed', count: rows[0]?.deliveries ?? 0 },
    { what: 'records to be read again', count: rows[0]?.dirty ?? 0 },
  ];
}
