import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { DirtyBatch } from '../dirty/dirty.store.ts';
import type { ReadRecords } from './record.read.ts';

/** Remembers in which version records were read, so that a sweep marks only what changed since. */
export async function storeSeen(
  trx: QueryExecutorProvider,
  given: { readonly batch: DirtyBatch; readonly ids: readonly string[]; readonly read: ReadRecords },
): Promise<void> {
  const { batch, read } = given;
  const ids = [...given.ids].sort();
  if (ids.length === 0) return;
  const times = ids.map((id) => instantText(read.records.get(id)?.['Modified_Time']));
  await sql`
    insert into webhooks.seen as s (connection_id, module, record_id, modified_at, read_at)
    select ${batch.connectionId}, ${batch.module}, r.id, r.modified_at, ${read.readAt}
      from unnest(${ids}::text[], ${times}::timestamptz[]) as r (id, modified_at)
        on conflict (connection_id, module, record_id) do update
       set modified_at = excluded.modified_at, read_at = excluded.read_at
     where s.read_at <= excluded.read_at`.execute(trx);
}

/** Null where the record is gone, or its time cannot be read. */
function instantText(value: Json | undefined): string | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
