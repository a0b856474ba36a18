import { sql, type QueryExecutorProvider } from 'kysely';
import { emitEnds } from '../outcome/outcome.emit.ts';

export interface RecordOfConnection {
  readonly connectionId: string;
  readonly recordKey: string;
}

/** What is said about commands of a record that is left alone. */
export const RELEASED = { kind: 'skipped', reason: 'released' } as const;

/**
 * Leaves a record alone from now on: what waits for it ends without a call, and what comes later is skipped by the dispatcher.
 * @returns the ids of the commands that were ended.
 */
export async function releaseRecord(trx: QueryExecutorProvider, record: RecordOfConnection): Promise<string[]> {
  await sql`
    insert into ledger.released (connection_id, record_key) values (${record.connectionId}, ${record.recordKey})
        on conflict do nothing`.execute(trx);
  const { rows } = await sql<{ id: string }>`
    update ledger.commands c
       set state = 'skipped', reason = ${RELEASED.reason}, finished_at = clock_timestamp()
     where c.connection_id = ${record.connectionId} and c.record_key = ${record.recordKey} and c.state in ('ready', 'parked')
    returning c.id::text`.execute(trx);
  const ids = rows.map(({ id }) => id);
  await emitEnds(trx, { ids, what: 'skipped', cause: RELEASED.reason });
  return ids;
}

/** @returns false when it was not left alone. */
export async function dropReleased(trx: QueryExecutorProvider, record: RecordOfConnection): Promise<boolean> {
  const { rows } = await sql`
    delete from ledger.released where connection_id = ${record.connectionId} and record_key = ${record.recordKey}
    returning record_key`.execute(trx);
  return rows.length > 0;
}

/** Records that are left alone, by connection. */
export async function listReleased(db: QueryExecutorProvider): Promise<(RecordOfConnection & { readonly at: Date })[]> {
  const { rows } = await sql<RecordOfConnection & { at: Date }>`
    select connection_id as "connectionId", record_key as "recordKey", released_at as at
      from ledger.released order by connection_id, record_key`.execute(db);
  return rows;
}
