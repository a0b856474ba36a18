import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { linkTo } from '#contracts';

/** Which records of ours these are, by record id, in the form that lookups have in commands; those of others are absent. */
export async function namesOfRecords(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly recordIds: readonly string[] },
): Promise<Map<string, JsonObject>> {
  if (query.recordIds.length === 0) return new Map();
  const { rows } = await sql<{ record_id: string; record_key: string }>`
    select record_id, record_key from ledger.links
     where connection_id = ${query.connectionId} and record_id = any(${[...query.recordIds]}::text[])
     order by record_id, shared desc`.execute(db);
  return new Map(rows.map((row) => [row.record_id, nameOf(row.record_key)]));
}

function nameOf(recordKey: string): JsonObject {
  const slash = recordKey.indexOf('/');
  const identity = { field: '', value: recordKey.slice(slash + 1) };
  return linkTo({ module: recordKey.slice(0, slash), identity });
}
