import { sql, type Kysely, type Transaction } from 'kysely';
import { recordKeyOf, type JsonObject, type Lane } from '#contracts';
import { lockStates, stateKey, storeStates, storeTimers, type StateChange, type StoredState } from '#folding';
import { doubtAcknowledged, insertCommands, putAudit, type NewCommand } from '#ledger';
import { sameValue, type Timer } from '#mapping';
import type { Operator } from '#operations';
import { transaction, type IntegrationDatabase } from '#postgres';
import { readActual, type CrmReader } from './crm.reading.ts';
import { nextBatch, readPlanned, showPlan, type SavedPlan, type StoredKeyOfPlan } from './plan.store.ts';
import type { PlannedRecord, StateName } from './plan.types.ts';
import type { KnownRecord } from './record.comparison.ts';
import { readKnown } from './record.knowledge.ts';

type Trx = Transaction<IntegrationDatabase>;

/** Where the world is another one than when the plan was made. */
export interface PlanStop extends StateName {
  /**
   * `events`: more was folded into the key. `commands`: a command of the record waits. `link`: the record has another link, or an operator or a
   * person decided about it. `record`: the record is there, or is not. `field`: a field that would be written holds something else.
   */
  readonly what: 'events' | 'commands' | 'link' | 'record' | 'field';
  readonly recordKey: string | null;
  readonly field: string | null;
}

export interface ApplyReport {
  /** Null: there is no plan of this id. */
  readonly plan: SavedPlan | null;
  /** What this application did. */
  readonly keys: number;
  readonly commands: number;
  /** Null: it was applied to its end, or broken off. */
  readonly stop: PlanStop | null;
}

export interface ApplySources {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clientOf: (connectionId: string, lane: Lane) => Promise<CrmReader>;
  /** Hears how many keys of the plan were applied in all. */
  readonly onProgress?: (applied: number) => void;
  /** Breaks off between two batches; another application goes on from there. */
  readonly signal?: AbortSignal;
}

/**
 * Applies a plan as it was saved, a batch in a transaction: states, schedules and commands, and nothing else. Before each batch its records are
 * read once more; where anything is not as it was planned it stops there and says where. What was applied stays, and applied again it goes on
 * behind it; two applications at a time do not do anything twice.
 * @throws CrmUnread when the CRM cannot be read
 */
export async function applyPlan(sources: ApplySources, id: string, operator: Operator): Promise<ApplyReport> {
  const { db, onProgress, signal } = sources;
  const plan = await showPlan(db, id);
  if (plan === undefined) return { plan: null, keys: 0, commands: 0, stop: null };
  const done = { keys: 0, commands: 0 };
  await markState(db, id, { state: 'applying', by: operator.by });
  for (let batch = await nextBatch(db, id); batch !== null; batch = await nextBatch(db, id)) {
    if (signal?.aborted === true) return { ...(await reported(db, id)), ...done, stop: null };
    const result = await applyBatch(sources, { plan, batch, operator });
    if ('stop' in result) {
      await markState(db, id, { state: 'stopped', by: operator.by, stop: result.stop });
      return { ...(await reported(db, id)), ...done, stop: result.stop };
    }
    done.keys += result.keys;
    done.commands += result.commands;
    onProgress?.(plan.applied + done.keys);
  }
  await markState(db, id, { state: 'applied', by: operator.by });
  return { ...(await reported(db, id)), ...done, stop: null };
}

async function reported(db: Kysely<IntegrationDatabase>, id: string): Promise<Pick<ApplyReport, 'plan'>> {
  return { plan: (await showPlan(db, id)) ?? null };
}

async function markState(
  db: Kysely<IntegrationDatabase>,
  id: string,
  {
    state,
    by,
    stop = null,
  }: { readonly state: SavedPlan['state']; readonly by: string; readonly stop?: PlanStop | null },
): Promise<void> {
  const ends = state === 'applied' || state === 'stopped';
  await sql`
    update relay.plans
       set state = ${state}, applied_by = ${by}, stop = ${stop === null ? null : JSON.stringify(stop)}::jsonb,
           ended_at = case when ${ends} then now() end
     where id = ${id}::bigint and state <> 'applied'`.execute(db);
}

interface BatchWork {
  readonly plan: SavedPlan;
  readonly batch: number;
  readonly operator: Operator;
}

type BatchResult = { readonly keys: number; readonly commands: number } | { readonly stop: PlanStop };

async function applyBatch(sources: ApplySources, work: BatchWork): Promise<BatchResult> {
  const { plan, batch } = work;
  const planned = await readPlanned(sources.db, plan.id, { batch });
  const changed = await crmStop(sources, plan.lane, planned);
  return transaction(sources.db, async (trx) => {
    await sql`select 1 from relay.plans where id = ${plan.id}::bigint for update`.execute(trx);
    const open = new Set((await readPlanned(trx, plan.id, { batch })).map(({ ordinal }) => ordinal));
    // Somebody else has applied it meanwhile: what was read then was his work.
    const keys = planned.filter(({ ordinal }) => open.has(ordinal));
    if (keys.length === 0) return { keys: 0, commands: 0 };
    if (changed !== null) return { stop: changed };
    const states = await lockStates(trx, { name: plan.pack }, keys.map(keyOfState));
    const stop = stateStop(keys, states) ?? (await ledgerStop(trx, keys));
    if (stop !== null) return { stop };
    return applyKeys(trx, { ...work, keys, states });
  });
}

function keyOfState({ tenantId, key, connectionId }: StateName): {
  tenantId: string;
  key: string;
  connectionId?: string;
} {
  return { tenantId, key, ...(connectionId === '' ? {} : { connectionId }) };
}

type Keys = readonly StoredKeyOfPlan[];

function stopAt({ tenantId, key, connectionId }: StateName, stop: Omit<PlanStop, keyof StateName>): PlanStop {
  return { tenantId, key, connectionId, ...stop };
}

/** The first record of the CRM that is not as it was planned. */
async function crmStop(sources: ApplySources, lane: Lane, keys: Keys): Promise<PlanStop | null> {
  const written = keys.flatMap((key) =>
    key.records.filter(({ action }) => action !== 'effect').map((record) => ({ key, record })),
  );
  for (const [connectionId, own] of Map.groupBy(written, ({ record }) => record.connectionId)) {
    const crm = await sources.clientOf(connectionId, lane);
    const { records } = await readActual(
      crm,
      own.map(({ record }) => soughtOf(record)),
    );
    for (const { key, record } of own) {
      const found = records.get(record.recordKey);
      if ((found === undefined) !== (record.action === 'create'))
        return stopAt(key, { what: 'record', recordKey: record.recordKey, field: null });
      const other = record.differences.find(({ field, before }) => {
        return found !== undefined && !sameValue(found.values[field] ?? null, before);
      });
      if (other !== undefined) return stopAt(key, { what: 'field', recordKey: record.recordKey, field: other.field });
    }
  }
  return null;
}

function soughtOf({ command, module, recordId, differences }: PlannedRecord): Parameters<typeof readActual>[1][number] {
  const fields = Object.fromEntries(differences.map(({ field, after }) => [field, after]));
  const link = recordId === null ? null : { module, recordId, lost: false, shared: false };
  const known: KnownRecord = { link, sent: new Map(), open: 'none', released: false };
  return { wanted: { module: command.module, identity: command.identity, fields }, known };
}

/** The first key into which more was folded. */
function stateStop(keys: Keys, states: ReadonlyMap<string, StoredState>): PlanStop | null {
  const other = keys.find((key) => states.get(stateKey(keyOfState(key)))?.sequence !== key.sequence);
  return other === undefined ? null : stopAt(other, { what: 'events', recordKey: null, field: null });
}

/** The first record of which the ledger says something else than when it was planned. */
async function ledgerStop(trx: Trx, keys: Keys): Promise<PlanStop | null> {
  const all = keys.flatMap((key) => key.records.map((record) => ({ key, record })));
  for (const [connectionId, own] of Map.groupBy(all, ({ record }) => record.connectionId)) {
    const known = await readKnown(trx, { connectionId, recordKeys: own.map(({ record }) => record.recordKey) });
    for (const { key, record } of own) {
      const now = known.get(record.recordKey);
      const at = { recordKey: record.recordKey, field: null };
      // A note or a task goes behind whatever waits, and follows its record.
      const isWrite = record.action !== 'effect';
      if (isWrite && now?.open !== 'none') return stopAt(key, { what: 'commands', ...at });
      const isOther = (now?.link?.recordId ?? null) !== record.recordId;
      if ((isWrite && isOther) || now?.released === true || now?.link?.lost === true)
        return stopAt(key, { what: 'link', ...at });
    }
  }
  return null;
}

interface KeyWork extends BatchWork {
  readonly keys: Keys;
  readonly states: ReadonlyMap<string, StoredState>;
}

async function applyKeys(trx: Trx, work: KeyWork): Promise<{ keys: number; commands: number }> {
  const { plan, keys, states } = work;
  const mapping = { name: plan.pack, version: plan.version };
  await storeStates(trx, mapping, changesOf(keys, states));
  const timed = keys.flatMap(({ tenantId, key, timers }) =>
    timers === null ? [] : [{ tenantId, key, timers: timers.entries as unknown as Timer[] }],
  );
  await storeTimers(trx, mapping, timed);
  const records = keys.flatMap((key) => key.records.map((record) => ({ key, record })));
  for (const { record } of records.filter(({ record: each }) => each.action !== 'effect')) {
    // The CRM was seen to hold something else, so nothing is left out as known to be there.
    const fields = record.differences.map(({ field }) => field);
    await doubtAcknowledged(trx, { connectionId: record.connectionId, recordKey: record.recordKey, fields });
  }
  await insertCommands(
    trx,
    records.map(({ key, record }) => commandOf(plan, key, record)),
  );
  await sql`
    update relay.plan_keys set applied_at = now()
     where plan_id = ${plan.id}::bigint and ordinal = any(${keys.map(({ ordinal }) => ordinal)}::integer[])`.execute(
    trx,
  );
  await audit(trx, work);
  return { keys: keys.length, commands: records.length };
}

function changesOf(keys: Keys, states: ReadonlyMap<string, StoredState>): Map<string, StateChange> {
  return new Map(
    keys.flatMap((key): [string, StateChange][] => {
      const name = stateKey(keyOfState(key));
      const held = states.get(name);
      if (key.state === null || held === undefined) return [];
      const schedule = key.timers === null ? held.schedule : key.timers.schedule;
      return [[name, { text: key.state, sequence: held.sequence, schedule }]];
    }),
  );
}

function commandOf(plan: SavedPlan, key: StoredKeyOfPlan, { connectionId, command }: PlannedRecord): NewCommand {
  const { pack: mapping, version: mappingVersion, product, lane } = plan;
  return {
    origin: { connectionId, product, entityId: key.key, mapping, mappingVersion, lane, ...key.origin },
    command,
  };
}

/** One row for each record, and one for the states of the batch. */
async function audit(trx: Trx, { plan, batch, keys, operator }: KeyWork): Promise<void> {
  const verb = 'plan apply';
  const states = keys.filter(({ state }) => state !== null).length;
  const whole = { ...operator, verb, details: { plan: plan.id, batch, states } };
  const each = keys.flatMap(({ records }) =>
    records.map(({ connectionId, command, action, differences }) => {
      const details: JsonObject = { plan: plan.id, action, fields: differences.map(({ field }) => field) };
      return { ...operator, verb, connectionId, recordKey: recordKeyOf(command), details };
    }),
  );
  await putAudit(trx, [...(states === 0 ? [] : [whole]), ...each]);
}
