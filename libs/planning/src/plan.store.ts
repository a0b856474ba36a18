import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { putAudit } from '#ledger';
import type { Operator } from '#operations';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { KeySelection } from './key.selection.ts';
import type { Plan } from './plan.maker.ts';
import type { LeftAlone, PlanKind, PlannedKey, PlannedRecord, PlanTotals } from './plan.types.ts';

/** Keys of one statement. */
const CHUNK = 500;

export type PlanState = 'saved' | 'applying' | 'applied' | 'stopped';

/** A plan as it is kept. */
export interface SavedPlan {
  readonly id: string;
  readonly kind: PlanKind;
  readonly pack: string;
  readonly version: number;
  readonly product: string;
  readonly lane: 'replay' | 'backfill' | 'reconcile';
  readonly selection: JsonObject;
  readonly totals: PlanTotals;
  readonly state: PlanState;
  /** Where the world was another one; null: it was not. */
  readonly stop: JsonObject | null;
  /** Of its keys, those that were applied. */
  readonly keys: number;
  readonly applied: number;
  readonly savedBy: string;
  readonly savedAt: Date;
  readonly appliedBy: string | null;
  readonly endedAt: Date | null;
}

/** Keeps a plan, so that exactly it can be applied. @returns its id. */
export function savePlan(db: Kysely<IntegrationDatabase>, plan: Plan, operator: Operator): Promise<string> {
  const { kind, mapping, lane, selection, totals, batches, left } = plan;
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      insert into relay.plans (kind, mapping, mapping_version, product, lane, selection, totals, saved_by)
      values (${kind}, ${mapping.name}, ${mapping.version}, ${mapping.product}, ${lane}, ${JSON.stringify(selectionJson(selection))}::jsonb,
              ${JSON.stringify(totals)}::jsonb, ${operator.by})
      returning id::text`.execute(trx);
    const id = rows[0]?.id ?? '';
    const keys = batches.flatMap((members, batch) => members.map((key) => ({ ...key, batch })));
    for (let start = 0; start < keys.length; start += CHUNK) {
      await insertKeys(trx, { id, start, keys: keys.slice(start, start + CHUNK) });
    }
    for (let start = 0; start < left.length; start += CHUNK) {
      await insertLeft(trx, { id, start, left: left.slice(start, start + CHUNK) });
    }
    await putAudit(trx, [
      { ...operator, verb: 'plan save', details: { plan: id, kind, pack: mapping.name, keys: keys.length } },
    ]);
    return id;
  });
}

function selectionJson({ since, until, keys, ...rest }: KeySelection): JsonObject {
  const times = {
    ...(since === undefined ? {} : { since: since.toISOString() }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
  };
  return { ...rest, ...(keys === undefined ? {} : { keys: [...keys] }), ...times };
}

type BatchedKey = PlannedKey & { readonly batch: number };

async function insertKeys(
  trx: QueryExecutorProvider,
  { id, start, keys }: { readonly id: string; readonly start: number; readonly keys: readonly BatchedKey[] },
): Promise<void> {
  const rows = keys.map((key, at) => ({ ...key, records: undefined, ordinal: start + at }));
  await sql`
    insert into relay.plan_keys (plan_id, ordinal, tenant_id, key, connection_id, batch, sequence, state, timers, origin)
    select ${id}::bigint, ordinal, "tenantId", key, "connectionId", batch, sequence, state::jsonb, timers, origin
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as r (ordinal integer, "tenantId" text, key text, "connectionId" text, batch integer, sequence bigint, state text,
                   timers jsonb, origin jsonb)`.execute(trx);
  const records = keys.flatMap(({ records: own }, at) =>
    own.map((record, position) => ({ ...record, ordinal: start + at, position })),
  );
  if (records.length === 0) return;
  await sql`
    insert into relay.plan_records
      (plan_id, ordinal, position, connection_id, record_key, action, module, record_id, differences, command, held)
    select ${id}::bigint, ordinal, position, "connectionId", "recordKey", action, module, "recordId", differences, command, held
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
             as r (ordinal integer, position integer, "connectionId" text, "recordKey" text, action text, module text,
                   "recordId" text, differences jsonb, command jsonb, held boolean)`.execute(trx);
}

async function insertLeft(
  trx: QueryExecutorProvider,
  { id, start, left }: { readonly id: string; readonly start: number; readonly left: readonly LeftAlone[] },
): Promise<void> {
  const rows = left.map((entry, at) => ({ ...entry, ordinal: start + at }));
  await sql`
    insert into relay.plan_left (plan_id, ordinal, tenant_id, key, connection_id, record_key, reason)
    select ${id}::bigint, ordinal, "tenantId", key, "connectionId", "recordKey", reason
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as r (ordinal integer, "tenantId" text, key text, "connectionId" text, "recordKey" text, reason text)`.execute(
    trx,
  );
}

/** Plans, the newest first. */
export async function listPlans(db: QueryExecutorProvider, limit = 100): Promise<SavedPlan[]> {
  return readPlans(db, { limit });
}

/** One plan; undefined: there is none of this id. */
export async function showPlan(db: QueryExecutorProvider, id: string): Promise<SavedPlan | undefined> {
  const [plan] = /^\d{1,18}$/.test(id) ? await readPlans(db, { id, limit: 1 }) : [];
  return plan;
}

async function readPlans(
  db: QueryExecutorProvider,
  { id = null, limit }: { readonly id?: string | null; readonly limit: number },
): Promise<SavedPlan[]> {
  const { rows } = await sql<SavedPlan>`
    select p.id::text, p.kind, p.mapping as pack, p.mapping_version as version, p.product, p.lane, p.selection, p.totals, p.state, p.stop,
           (select count(*)::integer from relay.plan_keys k where k.plan_id = p.id) as keys,
           (select count(*)::integer from relay.plan_keys k where k.plan_id = p.id and k.applied_at is not null) as applied,
           p.saved_by as "savedBy", p.saved_at as "savedAt", p.applied_by as "appliedBy", p.ended_at as "endedAt"
      from relay.plans p
     where ${id}::bigint is null or p.id = ${id}::bigint
     order by p.id desc
     limit ${limit}`.execute(db);
  return rows;
}

/** What of a plan is to be read: some of its keys by their order, or those of one batch that were not applied. */
export type PlannedPart = { readonly from: number; readonly limit: number } | { readonly batch: number };

export interface StoredKeyOfPlan extends PlannedKey {
  readonly ordinal: number;
}

/** Keys of a plan with their records, in the order in which they are applied. */
export async function readPlanned(
  db: QueryExecutorProvider,
  id: string,
  part: PlannedPart,
): Promise<StoredKeyOfPlan[]> {
  const chosen =
    'batch' in part
      ? sql`k.batch = ${part.batch}::integer and k.applied_at is null`
      : sql`k.ordinal >= ${part.from}::integer and k.ordinal < ${part.from + part.limit}::integer`;
  const { rows } = await sql<
    Omit<StoredKeyOfPlan, 'records' | 'state'> & { state: JsonObject | null; records: PlannedRecord[] }
  >`
    select k.ordinal, k.tenant_id as "tenantId", k.key, k.connection_id as "connectionId", k.sequence::float8 as sequence, k.state,
           k.timers, k.origin,
           coalesce((select jsonb_agg(jsonb_build_object('connectionId', r.connection_id, 'recordKey', r.record_key, 'action', r.action,
                                      'module', r.module, 'recordId', r.record_id, 'differences', r.differences,
                                      'command', r.command, 'held', r.held) order by r.position)
                       from relay.plan_records r where r.plan_id = k.plan_id and r.ordinal = k.ordinal), '[]') as records
      from relay.plan_keys k
     where k.plan_id = ${id}::bigint and ${chosen}
     order by k.ordinal`.execute(db);
  return rows.map(({ state, ...row }) => ({ ...row, state: state === null ? null : JSON.stringify(state) }));
}

/** The next batch of which not everything was applied; null: all of it was. */
export async function nextBatch(db: QueryExecutorProvider, id: string): Promise<number | null> {
  const { rows } = await sql<{ batch: number }>`
    select batch from relay.plan_keys where plan_id = ${id}::bigint and applied_at is null order by batch limit 1`.execute(
    db,
  );
  return rows[0]?.batch ?? null;
}
