import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { KnownRecord } from './record.comparison.ts';

export interface RecordsOfConnection {
  readonly connectionId: string;
  readonly recordKeys: readonly string[];
}

interface KnownRow {
  recordKey: string;
  module: string | null;
  recordId: string | null;
  lost: boolean;
  shared: boolean;
  released: boolean;
  unlinked: boolean;
  open: 'none' | 'waiting' | 'parked';
  sent: Record<string, Json> | null;
}

/** What the ledger knows of records, by record key, with `unlinked`: a person deleted what the name stood for. */
export async function readKnown(
  db: QueryExecutorProvider,
  { connectionId, recordKeys }: RecordsOfConnection,
): Promise<Map<string, KnownRecord & { readonly unlinked: boolean }>> {
  const { rows } = await sql<KnownRow>`
    select k.record_key as "recordKey", l.module, l.record_id as "recordId", coalesce(l.lost_at is not null, false) as lost,
           coalesce(l.shared, false) as shared,
           exists (select 1 from ledger.released r
                    where r.connection_id = ${connectionId} and r.record_key = k.record_key) as released,
           exists (select 1 from ledger.unlinked u
                    where u.connection_id = ${connectionId} and u.record_key = k.record_key) as unlinked,
           coalesce((select case when bool_or(c.state = 'parked') then 'parked' else 'waiting' end
                       from ledger.commands c
                      where c.connection_id = ${connectionId} and c.record_key = k.record_key
                        and c.state in ('ready', 'in_flight', 'unknown', 'parked')
                     having count(*) > 0), 'none') as open,
           (select jsonb_object_agg(e.field, e.value) from ledger.echoes e
             where e.connection_id = ${connectionId} and e.record_key = k.record_key and e.source = 'sent') as sent
      from unnest(${[...new Set(recordKeys)]}::text[]) as k (record_key)
      left join ledger.links l on l.connection_id = ${connectionId} and l.record_key = k.record_key`.execute(db);
  return new Map(rows.map((row) => [row.recordKey, knownOf(row)]));
}

function knownOf({ module, recordId, lost, shared, released, unlinked, open, sent }: KnownRow) {
  const link = module === null || recordId === null ? null : { module, recordId, lost, shared };
  return { link, released, unlinked, open, sent: new Map(Object.entries(sent ?? {})) };
}

/** Records that stand for these entities, by entity id, but for those that others share or that were converted. */
export async function readLinkedKeys(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly product: string; readonly entityIds: readonly string[] },
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ entityId: string; recordKey: string }>`
    select entity_id as "entityId", record_key as "recordKey" from ledger.links
     where connection_id = ${query.connectionId} and product = ${query.product}
       and entity_id = any(${[...new Set(query.entityIds)]}::text[]) and not shared
       and starts_with(record_key, module || '/')`.execute(db);
  const grouped = Map.groupBy(rows, ({ entityId }) => entityId);
  return new Map([...grouped].map(([id, found]) => [id, found.map(({ recordKey }) => recordKey)]));
}

/** Those of these effects that were asked for before, whatever came of them. */
export async function readEffectsDone(
  db: QueryExecutorProvider,
  { connectionId, keys }: { readonly connectionId: string; readonly keys: readonly string[] },
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await sql<{ key: string }>`
    select k.key from unnest(${[...new Set(keys)]}::text[]) as k (key)
     where exists (select 1 from ledger.commands c where c.connection_id = ${connectionId} and c.effect_key = k.key)
        or exists (select 1 from ledger.kept_effects e where e.connection_id = ${connectionId} and e.effect_key = k.key)`.execute(
    db,
  );
  return new Set(rows.map(({ key }) => key));
}
