import { sql, type QueryExecutorProvider } from 'kysely';
import { doubtAllAcknowledged } from '../echo/echo.acknowledged.ts';
import type { Link } from './link.store.ts';

type Keys = readonly Pick<Link, 'connectionId' | 'recordKey'>[];

/**
 * The records of these links are gone, by a person's hand: nobody names them in a lookup until they are back, and what they hold then
 * nobody knows.
 */
export async function markLost(trx: QueryExecutorProvider, keys: Keys): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    update ledger.links l set lost_at = coalesce(l.lost_at, now())
      from jsonb_to_recordset(${rowsOf(keys)}::jsonb) as r (connection_id text, record_key text)
     where l.connection_id = r.connection_id and l.record_key = r.record_key`.execute(trx);
  await doubtAllAcknowledged(trx, keys);
}

/** They are back, or are to be tried again. */
export async function clearLost(trx: QueryExecutorProvider, keys: Keys): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    update ledger.links l set lost_at = null
      from jsonb_to_recordset(${rowsOf(keys)}::jsonb) as r (connection_id text, record_key text)
     where l.connection_id = r.connection_id and l.record_key = r.record_key and l.lost_at is not null`.execute(trx);
}

/** Keys of records among these that a person had deleted: what was read again of them has come back. */
export async function lostAmong(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly module: string; readonly recordIds: readonly string[] },
): Promise<string[]> {
  const { rows } = await sql<{ record_key: string }>`
    select record_key from ledger.links
     where connection_id = ${query.connectionId} and module = ${query.module}
       and record_id = any(${[...query.recordIds]}::text[]) and lost_at is not null
     order by record_key`.execute(db);
  return rows.map(({ record_key: key }) => key);
}

function rowsOf(keys: Keys): string {
  return JSON.stringify(keys.map((key) => ({ connection_id: key.connectionId, record_key: key.recordKey })));
}
