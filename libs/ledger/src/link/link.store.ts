import { sql, type QueryExecutorProvider } from 'kysely';

/** Product entity <-> external record. */
export interface Link {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly product: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly module: string;
  readonly recordId: string;
  /** The record may be somebody else's as well. */
  readonly shared?: boolean;
}

/**
 * Stores links; one that names another record than before is a new generation of the same entity's link. A record has one
 * entity: where people merged two of ours, or converted two Leads into one Contact, the first keeps it and the second keeps
 * the link that it had. Its commands find their way again each time.
 */
export async function putLinks(trx: QueryExecutorProvider, links: readonly Link[]): Promise<void> {
  if (links.length === 0) return;
  const rows = JSON.stringify(
    links.map((link) => ({
      connection_id: link.connectionId,
      record_key: link.recordKey,
      product: link.product,
      entity_type: link.entityType,
      entity_id: link.entityId,
      module: link.module,
      record_id: link.recordId,
      shared: link.shared ?? false,
    })),
  );
  await sql`
    insert into ledger.links as l
      (connection_id, record_key, product, entity_type, entity_id, module, record_id, shared, generation)
    select distinct on (r.connection_id, r.module, r.record_id, case when r.shared then r.record_key end)
           r.connection_id, r.record_key, r.product, r.entity_type, r.entity_id, r.module, r.record_id, r.shared,
           coalesce(u.generation, 0) + 1
      from jsonb_to_recordset(${rows}::jsonb)
             as r (connection_id text, record_key text, product text, entity_type text, entity_id text, module text,
                   record_id text, shared boolean)
      left join ledger.unlinked u on u.connection_id = r.connection_id and u.record_key = r.record_key
     where r.shared or not exists (
       select 1 from ledger.links o
        where o.connection_id = r.connection_id and o.module = r.module and o.record_id = r.record_id
          and o.record_key <> r.record_key and not o.shared)
     order by r.connection_id, r.module, r.record_id, case when r.shared then r.record_key end, r.record_key
        on conflict (connection_id, record_key) do update
       set module = excluded.module, record_id = excluded.record_id, generation = l.generation + 1, linked_at = now(),
           lost_at = null
     where (l.module, l.record_id) is distinct from (excluded.module, excluded.record_id)`.execute(trx);
  await sql`
    delete from ledger.unlinked u
     using jsonb_to_recordset(${rows}::jsonb) as r (connection_id text, record_key text)
     where u.connection_id = r.connection_id and u.record_key = r.record_key`.execute(trx);
}

/** The entities have no record any more; who names one in a lookup does not wait for it. */
export async function dropLinks(
  trx: QueryExecutorProvider,
  keys: readonly Pick<Link, 'connectionId' | 'recordKey'>[],
): Promise<void> {
  if (keys.length === 0) return;
  const rows = JSON.stringify(keys.map((key) => ({ connection_id: key.connectionId, record_key: key.recordKey })));
  await sql`
    with given as (
      select distinct connection_id, record_key
        from jsonb_to_recordset(${rows}::jsonb) as r (connection_id text, record_key text)
    ), gone as (
      delete from ledger.links l using given g
       where l.connection_id = g.connection_id and l.record_key = g.record_key
      returning l.connection_id, l.record_key, l.generation
    )
    insert into ledger.unlinked as u (connection_id, record_key, generation)
    select g.connection_id, g.record_key, coalesce(o.generation, 0)
      from given g left join gone o using (connection_id, record_key)
        on conflict (connection_id, record_key) do update
       set at = excluded.at, generation = greatest(u.generation, excluded.generation)`.execute(trx);
}

export interface RecordsQuery {
  readonly connectionId: string;
  readonly module: string;
  readonly recordIds: readonly string[];
}

/** The links of these records, by record id; records that are not ours are absent. */
export async function linksOfRecords(db: QueryExecutorProvider, query: RecordsQuery): Promise<Map<string, Link>> {
  const { rows } = await sql<{
    record_key: string;
    product: string;
    entity_type: string;
    entity_id: string;
    module: string;
    record_id: string;
  }>`
    select record_key, product, entity_type, entity_id, module, record_id
      from ledger.links
     where connection_id = ${query.connectionId} and module = ${query.module}
       and record_id = any(${[...query.recordIds]}::text[])`.execute(db);
  return new Map(
    rows.map((row) => [
      row.record_id,
      {
        connectionId: query.connectionId,
        recordKey: row.record_key,
        product: row.product,
        entityType: row.entity_type,
        entityId: row.entity_id,
        module: row.module,
        recordId: row.record_id,
      },
    ]),
  );
}
