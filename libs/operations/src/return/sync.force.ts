import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Wakes the hydrator. */
const DIRTY_CHANNEL = 'causeway_dirty';

/** A record of the CRM, by its own id or by the product's entity that it stands for. */
export type ForcedRecord =
  | { readonly module: string; readonly recordId: string; readonly connection?: string | undefined }
  | { readonly entityType: string; readonly entityId: string; readonly connection?: string | undefined };

export interface ForcedReading {
  readonly connection: string;
  readonly module: string;
  readonly recordId: string;
  /**
   * `marked` while it was not read yet; `not_read` when it was not, since nothing of its module is watched; else what the reading said: echo,
   * edit, gone, not_ours.
   */
  readonly result: string;
  readonly changedFields: readonly string[];
}

interface Place {
  connection: string;
  module: string;
  recordId: string;
}

/**
 * Has a record read again, whatever notifications said, and waits until it was, at most `timeoutMs`; 0 does not wait. It goes the
 * way of every notification: into the dirty set. What a pack with a way back says of the record is asserted after the reading, but for what
 * it shares with people; nobody is told.
 * @returns one for each connection that has the record; empty: none has it, or the entity has no record
 */
export async function forceSync(
  db: Kysely<IntegrationDatabase>,
  {
    record,
    timeoutMs,
    operator,
  }: { readonly record: ForcedRecord; readonly timeoutMs: number; readonly operator: Operator },
): Promise<ForcedReading[]> {
  const places = await placesOf(db, record);
  if (places.length === 0) return [];
  const last = await lastReading(db);
  const marks = places.map(({ connection, module, recordId }) => {
    return { connection_id: connection, module, record_id: recordId, reason: 'forced' };
  });
  await transaction(db, async (trx) => {
    await sql`select webhooks.mark_dirty(${JSON.stringify(marks)}::jsonb), pg_notify(${DIRTY_CHANNEL}, '')`.execute(
      trx,
    );
    const entries = places.map(({ connection, module, recordId }) => {
      return { ...operator, verb: 'sync force', connectionId: connection, details: { module, recordId } };
    });
    await putAudit(trx, entries);
  });
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const readings = await readingsOf(db, { places, after: last });
    if (readings.every(({ result }) => result !== 'marked') || Date.now() >= deadline) return readings;
    await wait(100);
  }
}

async function placesOf(db: QueryExecutorProvider, record: ForcedRecord): Promise<Place[]> {
  const connection = record.connection ?? null;
  if ('recordId' in record) {
    const { module, recordId } = record;
    const { rows } = await sql<Place>`
      select id as connection, ${module}::text as module, ${recordId}::text as "recordId" from connections.connections
       where destination = 'zoho-crm' and state <> 'disconnected' and (${connection}::text is null or id = ${connection}::text)
         and (${connection}::text is not null or (select count(*) from connections.connections where destination = 'zoho-crm') = 1
              or exists (select from ledger.links l where l.connection_id = id and l.module = ${module} and l.record_id = ${recordId}))`.execute(
      db,
    );
    return rows;
  }
  const { rows } = await sql<Place>`
    select connection_id as connection, module, record_id as "recordId" from ledger.links
     where entity_type = ${record.entityType} and entity_id = ${record.entityId}
       and (${connection}::text is null or connection_id = ${connection}::text)
     order by connection_id, module, record_id`.execute(db);
  return rows;
}

async function lastReading(db: QueryExecutorProvider): Promise<string> {
  const { rows } = await sql<{ id: string }>`select coalesce(max(id), 0)::text as id from webhooks.readings`.execute(
    db,
  );
  return rows[0]?.id ?? '0';
}

/** A record is read when it left the dirty set; what that meant is its latest reading. */
async function readingsOf(
  db: QueryExecutorProvider,
  { places, after }: { readonly places: readonly Place[]; readonly after: string },
): Promise<ForcedReading[]> {
  const { rows } = await sql<ForcedReading>`
    select p.connection, p.module, p."recordId",
           case when d.record_id is not null then 'marked' else coalesce(r.result, 'not_read') end as result,
           coalesce(r.changed_fields, '{}') as "changedFields"
      from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as p (connection text, module text, "recordId" text)
      left join webhooks.dirty d on (d.connection_id, d.module, d.record_id) = (p.connection, p.module, p."recordId")
      left join lateral (
        select result, changed_fields from webhooks.readings r
         where r.connection_id = p.connection and r.module = p.module and r.record_id = p."recordId" and r.id > ${after}::bigint
         order by r.id desc limit 1) r on true`.execute(db);
  return rows;
}
