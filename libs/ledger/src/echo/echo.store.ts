import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';

interface EchoBase {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly field: string;
  readonly value: Json;
}

/** Which attempt of which command sends a value, and to which record; null: the write may make it. */
export interface Sending {
  readonly commandId: string;
  readonly attempt: number;
  readonly recordId: string | null;
}

/** `seen` says what was known when the record was judged: what was sent meanwhile is newer and stays. */
export type Echo =
  | (EchoBase & { readonly source: 'sent'; readonly by?: Sending })
  | (EchoBase & { readonly source: 'seen'; readonly before: Json });

/** Remembers values as last sent (before the call, so that no notification can overtake it) or seen. */
export async function putEchoes(trx: QueryExecutorProvider, echoes: readonly Echo[]): Promise<void> {
  if (echoes.length === 0) return;
  const rows = JSON.stringify(
    echoes.map((echo) => ({
      connection_id: echo.connectionId,
      record_key: echo.recordKey,
      field: echo.field,
      value: echo.value,
      source: echo.source,
      before: echo.source === 'seen' ? echo.before : null,
      ...(echo.source === 'sent' ? echo.by : undefined),
    })),
  );
  // A JSON null must stay a JSON null in the column, so the value is taken from the object and not from a typed column.
  // In the order of the key, so that two who write the same echoes wait for each other and do not deadlock.
  await sql`
    with given as (
      select r->>'connection_id' as connection_id, r->>'record_key' as record_key, r->>'field' as field,
             r->'value' as value, r->>'source' as source, r->'before' as before,
             (r->>'commandId')::bigint as sent_by, (r->>'attempt')::integer as sent_attempt, r->>'recordId' as sent_to
        from jsonb_array_elements(${rows}::jsonb) r
    )
    insert into ledger.echoes as e (connection_id, record_key, field, value, source, sent_by, sent_attempt, sent_to)
    select connection_id, record_key, field, value, source, sent_by, sent_attempt, sent_to from given
     order by connection_id, record_key, field
        on conflict (connection_id, record_key, field) do update
       set value = excluded.value, source = excluded.source, at = excluded.at,
           sent_by = excluded.sent_by, sent_attempt = excluded.sent_attempt, sent_to = excluded.sent_to
     where excluded.source = 'sent'
        or e.value = (select g.before from given g
                       where (g.connection_id, g.record_key, g.field) = (e.connection_id, e.record_key, e.field))`.execute(
    trx,
  );
}

/** Values as last sent or seen: record key -> field -> value. */
export async function readEchoes(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly recordKeys: readonly string[] },
): Promise<Map<string, Map<string, Json>>> {
  const { rows } = await sql<{ record_key: string; field: string; value: Json }>`
    select record_key, field, value from ledger.echoes
     where connection_id = ${query.connectionId} and record_key = any(${[...query.recordKeys]}::text[])`.execute(db);
  const found = new Map<string, Map<string, Json>>();
  for (const row of rows) {
    const fields = found.get(row.record_key) ?? new Map<string, Json>();
    found.set(row.record_key, fields.set(row.field, row.value));
  }
  return found;
}

export async function dropEchoes(
  trx: QueryExecutorProvider,
  keys: readonly { readonly connectionId: string; readonly recordKey: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  const rows = JSON.stringify(keys.map((key) => ({ connection_id: key.connectionId, record_key: key.recordKey })));
  await sql`
    delete from ledger.echoes e
     using jsonb_to_recordset(${rows}::jsonb) as r (connection_id text, record_key text)
     where e.connection_id = r.connection_id and e.record_key = r.record_key`.execute(trx);
}

/** Fields that an open command of the record writes: what is read there now may be overwritten any moment. */
export async function fieldsBeingWritten(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly recordKeys: readonly string[] },
): Promise<Map<string, Set<string>>> {
  const { rows } = await sql<{ record_key: string; field: string }>`
    select distinct c.record_key, f.field
      from ledger.commands c, jsonb_object_keys(c.fields) f (field)
     where c.connection_id = ${query.connectionId} and c.record_key = any(${[...query.recordKeys]}::text[])
       and c.operation = 'write' and c.state in ('ready', 'in_flight', 'unknown', 'parked')`.execute(db);
  const found = new Map<string, Set<string>>();
  for (const row of rows) found.set(row.record_key, (found.get(row.record_key) ?? new Set()).add(row.field));
  return found;
}
