import { sql, type Kysely, type QueryExecutorProvider, type Transaction } from 'kysely';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import { storeKeys, type SelectKeys } from './key.selection.ts';
import type { ChunkResult, NewReplay, Replay, ReplayKey } from './replay.types.ts';

type Db = Kysely<IntegrationDatabase>;
type Trx = Transaction<IntegrationDatabase>;

/** How long a process may be silent before another one may go on with its replay, in seconds. */
const LEASE_SECONDS = 60;

const COLUMNS = sql`
  r.id::text, r.created_at as "createdAt", r.by_whom as by, r.reason,
  case when r.state <> 'open' then r.state when r.lease_until > clock_timestamp() then 'running' else 'stopped' end as state,
  r.target, r.source, r.mapping, r.mapping_version as "mappingVersion", r.pack, r.connection_id as "connectionId", r.selection, r.rate,
  r.keys_total::integer as keys, r.place::integer as "keysDone", r.events::integer as events, r.commands::integer as commands,
  r.left_alone as "leftAlone", r.finished_at as "finishedAt"`;

interface Row extends Omit<Replay, 'createdAt' | 'finishedAt'> {
  createdAt: Date;
  finishedAt: Date | null;
}

function replayOf({ createdAt, finishedAt, ...row }: Row): Replay {
  return { ...row, createdAt: createdAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}

/** Writes down a replay with its keys, and who wants it. Nothing is replayed yet. */
export function createReplay(db: Db, given: NewReplay & SelectKeys): Promise<Replay> {
  const { by, reason, target, source, pack, connectionId, rate, mapping, selection } = given;
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      insert into relay.replays
        (by_whom, reason, target, source, mapping, mapping_version, pack, connection_id, selection, rate, keys_total)
      values (${by}, ${reason}, ${target}, ${source}, ${mapping.name}, ${mapping.version}, ${pack}, ${connectionId},
              ${JSON.stringify(selection)}::jsonb, ${rate}, 0)
      returning id::text`.execute(trx);
    const id = rows[0]?.id ?? '';
    const keys = await storeKeys(trx, { ...given, id, isShadow: target === 'shadow' });
    await sql`update relay.replays set keys_total = ${keys} where id = ${id}::bigint`.execute(trx);
    await putAudit(trx, [
      { by, verb: 'replay', reason, connectionId, details: { replay: id, target, mapping: mapping.name, keys } },
    ]);
    const made = await readReplay(trx, id);
    if (made === undefined) throw new Error(`replay ${id} is gone`);
    return made;
  });
}

export async function readReplay(db: QueryExecutorProvider, id: string): Promise<Replay | undefined> {
  const { rows } = await sql<Row>`select ${COLUMNS} from relay.replays r where r.id = ${id}::bigint`.execute(db);
  return rows[0] === undefined ? undefined : replayOf(rows[0]);
}

/** The newest first. */
export async function listReplays(db: QueryExecutorProvider, limit: number): Promise<Replay[]> {
  const { rows } = await sql<Row>`select ${COLUMNS} from relay.replays r order by r.id desc limit ${limit}`.execute(db);
  return rows.map(replayOf);
}

/** Takes a replay that nobody works on; false when somebody does, or it has ended. */
export async function takeReplay(db: QueryExecutorProvider, id: string, owner: string): Promise<boolean> {
  const { rows } = await sql`
    update relay.replays set lease_owner = ${owner}, lease_until = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
     where id = ${id}::bigint and state = 'open' and (lease_until is null or lease_until <= clock_timestamp())
    returning id`.execute(db);
  return rows.length > 0;
}

/** Lets go of it at once, so that it can be resumed. */
export async function leaveReplay(db: QueryExecutorProvider, id: string, owner: string): Promise<void> {
  await sql`
    update relay.replays set lease_until = null where id = ${id}::bigint and lease_owner = ${owner} and state = 'open'`.execute(
    db,
  );
}

/** Stays the one who works on it. False when it was cancelled, or taken by somebody else. */
export async function holdReplay(db: QueryExecutorProvider, id: string, owner: string): Promise<boolean> {
  const { rows } = await sql`
    update relay.replays set lease_until = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
     where id = ${id}::bigint and state = 'open' and lease_owner = ${owner} returning id`.execute(db);
  return rows.length > 0;
}

export interface NextKeys {
  readonly keys: readonly ReplayKey[];
  /** Ordinal of the last of them. */
  readonly place: number;
}

export async function nextKeys(db: QueryExecutorProvider, id: string, atMost: number): Promise<NextKeys> {
  const { rows } = await sql<ReplayKey & { ordinal: number }>`
    select k.ordinal::integer as ordinal, k.tenant_id as "tenantId", k.key, k.connection_id as "connectionId"
      from relay.replays r join relay.replay_keys k on k.replay_id = r.id and k.ordinal > r.place
     where r.id = ${id}::bigint order by k.ordinal limit ${atMost}`.execute(db);
  return {
    keys: rows.map(({ tenantId, key, connectionId }) => ({ tenantId, key, connectionId })),
    place: rows.at(-1)?.ordinal ?? 0,
  };
}

/**
 * Marks keys as done, in the transaction of what came of them: so each key is replayed once, whoever is killed where. The row stays locked
 * until then. False when the replay is not ours any more; then nothing may be committed.
 */
export async function advance(
  trx: Trx,
  given: { readonly id: string; readonly owner: string; readonly place: number; readonly result: ChunkResult },
): Promise<boolean> {
  const { id, owner, place, result } = given;
  const { rows } = await sql`
    update relay.replays r
       set place = ${place}, events = r.events + ${result.events}, commands = r.commands + ${result.commands},
           left_alone = (
             select coalesce(jsonb_object_agg(name, count), '{}')
               from (select name, sum(value::bigint) as count
                       from (select * from jsonb_each_text(r.left_alone)
                             union all select * from jsonb_each_text(${JSON.stringify(result.leftAlone)}::jsonb)) e (name, value)
                      group by name) s),
           lease_until = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second', updated_at = clock_timestamp()
     where r.id = ${id}::bigint and r.state = 'open' and r.lease_owner = ${owner} and r.place < ${place}
    returning 1`.execute(trx);
  return rows.length > 0;
}

/** The end, by itself or by an operator; its keys are not kept. False when it had ended before. */
export function endReplay(
  db: Db,
  given: { readonly id: string; readonly state: 'done' | 'cancelled'; readonly by: string; readonly reason: string },
): Promise<boolean> {
  const { id, state, by, reason } = given;
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ connection_id: string | null; place: number; commands: number }>`
      update relay.replays set state = ${state}, finished_at = clock_timestamp(), lease_until = null
       where id = ${id}::bigint and state = 'open'
      returning connection_id, place::integer, commands::integer`.execute(trx);
    const [ended] = rows;
    if (ended === undefined) return false;
    await sql`delete from relay.replay_keys where replay_id = ${id}::bigint`.execute(trx);
    const details = { replay: id, keys: ended.place, commands: ended.commands };
    await putAudit(trx, [{ by, verb: `replay ${state}`, reason, connectionId: ended.connection_id, details }]);
    return true;
  });
}
