import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { KnownValue } from './reconcile.policy.ts';

/** The last thing known of the fields of records: record key -> field -> value. */
export async function readLastKnown(
  db: QueryExecutorProvider,
  { connectionId, recordKeys }: { readonly connectionId: string; readonly recordKeys: readonly string[] },
): Promise<Map<string, Map<string, KnownValue>>> {
  const { rows } = await sql<{
    recordKey: string;
    field: string;
    value: Json;
    source: 'sent' | 'seen';
    acknowledged: boolean;
  }>`
    select e.record_key as "recordKey", e.field, e.value, e.source,
           coalesce(c.state = 'succeeded' and c.attempts_started = e.sent_attempt, false) as acknowledged
      from ledger.echoes e
      left join ledger.commands c on c.id = e.sent_by
     where e.connection_id = ${connectionId} and e.record_key = any(${[...recordKeys]}::text[])`.execute(db);
  const found = new Map<string, Map<string, KnownValue>>();
  for (const { recordKey, field, ...known } of rows)
    found.set(recordKey, (found.get(recordKey) ?? new Map<string, KnownValue>()).set(field, known));
  return found;
}

/** Names under which we have, or had, a record: links, and states whose key is the name. */
export async function namesKnown(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly recordKeys: readonly string[] },
): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select record_key as key from ledger.links
     where connection_id = ${query.connectionId} and record_key = any(${[...query.recordKeys]}::text[])`.execute(db);
  return new Set(rows.map(({ key }) => key));
}

/**
 * Marks records that people edited, to be read again by force: the product is told of each edit, and what it says is written again, as after
 * `causeway sync force`. @returns how many.
 */
export async function forceReading(
  trx: QueryExecutorProvider,
  records: readonly { readonly connectionId: string; readonly module: string; readonly recordId: string }[],
): Promise<number> {
  if (records.length === 0) return 0;
  const marks = records.map(({ connectionId, module, recordId }) => {
    return { connection_id: connectionId, module, record_id: recordId, reason: 'forced' };
  });
  await sql`select webhooks.mark_dirty(${JSON.stringify(marks)}::jsonb), pg_notify('causeway_dirty', '')`.execute(trx);
  return records.length;
}
