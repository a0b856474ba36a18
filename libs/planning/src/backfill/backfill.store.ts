import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { putAudit } from '#ledger';
import type { Operator } from '#operations';
import { transaction, type IntegrationDatabase } from '#postgres';

/** What is backfilled, and out of what. */
export interface BackfillSource {
  /** The pack's name. */
  readonly pack: string;
  /** The product's table, with its schema. */
  readonly table: string;
  /** Its key: the id of the entity. */
  readonly idColumn: string;
  /** SQL for the payload of one row `u`, as jsonb. */
  readonly payload: string;
  readonly eventType: string;
}

export interface Backfill extends BackfillSource {
  readonly id: string;
  readonly run: string;
  readonly state: 'running' | 'done';
  /** The last id that was written; null before the first. */
  readonly place: string | null;
  readonly total: number;
  readonly emitted: number;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export function startBackfill(
  db: Kysely<IntegrationDatabase>,
  { pack, table, idColumn, payload, eventType }: BackfillSource,
  { total, ...operator }: Operator & { readonly total: number },
): Promise<string> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      insert into relay.backfills (mapping, source_table, id_column, payload_sql, event_type, total, started_by)
      values (${pack}, ${table}, ${idColumn}, ${payload}, ${eventType}, ${total}, ${operator.by})
      returning id::text`.execute(trx);
    const id = rows[0]?.id ?? '';
    await putAudit(trx, [{ ...operator, verb: 'backfill run', details: { backfill: id, pack, table, total } }]);
    return id;
  });
}

/** Backfills, the newest first. */
export async function listBackfills(db: QueryExecutorProvider, id: string | null = null): Promise<Backfill[]> {
  if (id !== null && !/^\d{1,18}$/.test(id)) return [];
  const { rows } = await sql<Backfill>`
    select id::text, mapping as pack, run::text, source_table as "table", id_column as "idColumn", payload_sql as payload,
           event_type as "eventType", state, place, total::float8 as total, emitted::float8 as emitted, started_by as "startedBy",
           started_at as "startedAt", ended_at as "endedAt"
      from relay.backfills where ${id}::bigint is null or id = ${id}::bigint order by relay.backfills.id desc limit 100`.execute(
    db,
  );
  return rows;
}

/** Remembers how far it has come: `place` null when there is nothing more. */
export async function moveBackfill(
  db: QueryExecutorProvider,
  id: string,
  { place, emitted }: { readonly place: string | null; readonly emitted: number },
): Promise<void> {
  await sql`
    update relay.backfills
       set place = coalesce(${place}, place), emitted = emitted + ${emitted}::bigint,
           state = case when ${place === null} then 'done' else state end,
           ended_at = case when ${place === null} then now() else ended_at end
     where id = ${id}::bigint`.execute(db);
}
