import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { Mapping } from '#mapping';
import type { ZohoRecord } from '#zoho';

/** A record that carries a name of ours and has no link. */
export interface UnmatchedRecord {
  readonly recordId: string;
  /** As its link would be named. */
  readonly recordKey: string;
  /** API name of the identity field. */
  readonly field: string;
}

/** The name that a record carries; null for one that is not ours. Pure. */
export function unmatchedIn(
  mappings: readonly Mapping[],
  { module, record }: { readonly module: string; readonly record: ZohoRecord },
): UnmatchedRecord | null {
  for (const { returns } of mappings) {
    const field = returns?.modules[module]?.identity;
    const value = field === undefined ? null : nameOf(record[field]);
    if (field !== undefined && value !== null) return { recordId: record.id, recordKey: `${module}/${value}`, field };
  }
  return null;
}

function nameOf(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/**
 * Keeps what was read of a batch: those without a link are tried again after one minute, then twice as long each time up to an hour, for
 * 24 hours in all; the others are none any more.
 */
export async function storeUnmatched(
  trx: QueryExecutorProvider,
  given: {
    readonly connectionId: string;
    readonly module: string;
    /** All that was read. */
    readonly recordIds: readonly string[];
    readonly unmatched: readonly UnmatchedRecord[];
  },
): Promise<void> {
  const { connectionId, module, recordIds, unmatched } = given;
  const kept = new Set(unmatched.map(({ recordId }) => recordId));
  const others = recordIds.filter((id) => !kept.has(id));
  await sql`
    delete from webhooks.unmatched
     where connection_id = ${connectionId} and module = ${module} and record_id = any(${others}::text[])`.execute(trx);
  if (unmatched.length === 0) return;
  const rows = JSON.stringify(
    unmatched.map(({ recordId, recordKey, field }) => ({ record_id: recordId, record_key: recordKey, field })),
  );
  await sql`
    insert into webhooks.unmatched as u (connection_id, module, record_id, record_key, field, try_at)
    select ${connectionId}, ${module}, record_id, record_key, field, now() + interval '1 minute'
      from jsonb_to_recordset(${rows}::jsonb) as r (record_id text, record_key text, field text)
     order by record_id
        on conflict (connection_id, module, record_id) do update
       set last_seen_at = clock_timestamp(), record_key = excluded.record_key, field = excluded.field, tries = u.tries + 1,
           try_at = case when u.first_seen_at > now() - interval '24 hours'
                         then now() + least(interval '1 hour', interval '1 minute' * 2 ^ least(u.tries, 10)) end`.execute(
    trx,
  );
}

/** Marks those to be read whose link has come, and those whose turn it is. @returns how many. */
export async function markUnmatched(db: QueryExecutorProvider): Promise<number> {
  const { rows } = await sql<{ marked: string }>`
    with due as (
      select u.connection_id, u.module, u.record_id, 'sweep' as reason
        from webhooks.unmatched u
       where (u.try_at <= now()
              or exists (select from ledger.links l
                          where l.connection_id = u.connection_id and l.record_key = u.record_key
                            and l.module = u.module and l.record_id = u.record_id))
         and not exists (select from webhooks.dirty d
                          where d.connection_id = u.connection_id and d.module = u.module and d.record_id = u.record_id)
       order by u.first_seen_at limit 1000
    )
    select webhooks.mark_dirty(jsonb_agg(to_jsonb(due))) as marked from due having count(*) > 0`.execute(db);
  return Number(rows[0]?.marked ?? 0);
}
