import { sql, type QueryExecutorProvider } from 'kysely';

/** Who marks records outside of the service notifies it. */
export const DIRTY_CHANNEL = 'causeway_dirty';

export interface DirtyMark {
  readonly connectionId: string;
  readonly module: string;
  readonly recordId: string;
  readonly reason: 'notification' | 'sweep' | 'forced';
}

/** Records of one module of one connection that this process holds by lease. */
export interface DirtyBatch {
  readonly connectionId: string;
  readonly module: string;
  readonly records: readonly DirtyRecord[];
}

export interface DirtyRecord {
  readonly recordId: string;
  /** As it was when the record was claimed; a higher one afterwards means that it changed meanwhile. */
  readonly marks: string;
  readonly firstMarkedAt: Date;
  readonly reason: DirtyMark['reason'];
}

/** Adds records to the set; one that is in it already is marked once more and keeps the time of its first mark. */
export async function markDirty(trx: QueryExecutorProvider, marks: readonly DirtyMark[]): Promise<void> {
  if (marks.length === 0) return;
  const rows = JSON.stringify(
    marks.map((mark) => ({
      connection_id: mark.connectionId,
      module: mark.module,
      record_id: mark.recordId,
      reason: mark.reason,
    })),
  );
  await sql`select webhooks.mark_dirty(${rows}::jsonb)`.execute(trx);
}

/** True for a row `d` of the set that may be read now: its pause is over, nobody reads it, and no person holds it back. */
const isReadable = sql<boolean>`(
  d.not_before <= now() and (d.lease_until is null or d.lease_until < now())
  and (not exists (select from webhooks.holds) or not webhooks.is_held(d.connection_id, d.module, d.record_id)))`;

export interface DirtyClaim {
  readonly owner: string;
  readonly leaseMs: number;
  readonly limit: number;
  /**
   * A connection that was served within this time waits until it is over, unless it has a whole batch: so a burst is read in few calls,
   * and a single change at once. Default 0.
   */
  readonly lingerMs?: number;
}

/**
 * Claims records of one module of one connection. Connections take turns, so that one with very many dirty records keeps no other
 * waiting; of a connection what people did or asked for comes before what a sweep found, then the oldest. Null: nothing to read.
 */
export async function claimDirty(db: QueryExecutorProvider, claim: DirtyClaim): Promise<DirtyBatch | null> {
  const { rows } = await sql<{
    connection_id: string;
    module: string;
    record_id: string;
    marks: string;
    first_marked_at: Date;
    reason: string;
  }>`
    with turn as (
      select n.id
        from connections.connections n
        left join webhooks.turns t on t.connection_id = n.id
       where n.state = 'active' and exists (
         select from webhooks.dirty d
          where d.connection_id = n.id and ${isReadable})
         and (t.served_at is null or t.served_at < clock_timestamp() - make_interval(secs => ${(claim.lingerMs ?? 0) / 1000})
              or ${claim.limit} <= (select count(*) from (
                select from webhooks.dirty d
                 where d.connection_id = n.id and ${isReadable}
                 limit ${claim.limit}) as whole))
       order by t.served_at nulls first, n.id limit 1
    ), served as (
      insert into webhooks.turns (connection_id, served_at) select id, clock_timestamp() from turn
          on conflict (connection_id) do update set served_at = excluded.served_at
    ), chosen as (
      select d.connection_id, d.module
        from webhooks.dirty d join turn on d.connection_id = turn.id
       where ${isReadable}
       order by (d.reason = 'sweep'), d.first_marked_at limit 1
    ), locked as (
      select d.connection_id, d.module, d.record_id
        from webhooks.dirty d
        join chosen using (connection_id, module)
       where ${isReadable}
       order by (d.reason = 'sweep'), d.first_marked_at
       limit ${claim.limit}
       for update of d skip locked
    )
    update webhooks.dirty d
       set lease_owner = ${claim.owner}, lease_until = now() + make_interval(secs => ${claim.leaseMs / 1000})
      from locked l
     where (d.connection_id, d.module, d.record_id) = (l.connection_id, l.module, l.record_id)
    returning d.connection_id, d.module, d.record_id, d.marks::text, d.first_marked_at, d.reason`.execute(db);
  const [first] = rows;
  if (first === undefined) return null;
  const records = rows.map((row) => ({
    recordId: row.record_id,
    marks: row.marks,
    firstMarkedAt: row.first_marked_at,
    reason: reasonOf(row.reason),
  }));
  return { connectionId: first.connection_id, module: first.module, records };
}

/** Whether there is something that `claimDirty` would give if it did not linger. */
export async function isDirty(db: QueryExecutorProvider): Promise<boolean> {
  const { rows } = await sql<{ dirty: boolean }>`
    select exists (
      select from webhooks.dirty d
        join connections.connections n on n.id = d.connection_id and n.state = 'active'
       where ${isReadable}) as dirty`.execute(db);
  return rows[0]?.dirty === true;
}

function reasonOf(reason: string): DirtyMark['reason'] {
  return reason === 'sweep' || reason === 'forced' ? reason : 'notification';
}

export interface DirtyHold {
  readonly owner: string;
  readonly batch: DirtyBatch;
}

/**
 * The records of a claim that are still held by it, locked until the transaction ends. A lease that ran out may have gone to
 * another reader meanwhile, who then says what the record means.
 */
export async function heldDirty(trx: QueryExecutorProvider, { owner, batch }: DirtyHold): Promise<Set<string>> {
  const ids = batch.records.map(({ recordId }) => recordId);
  // In one order, so that it waits for those who mark the same records and does not deadlock with them.
  const { rows } = await sql<{ record_id: string }>`
    select record_id from webhooks.dirty
     where connection_id = ${batch.connectionId} and module = ${batch.module} and lease_owner = ${owner}
       and record_id = any(${ids}::text[])
     order by record_id for update`.execute(trx);
  return new Set(rows.map((row) => row.record_id));
}

export interface DirtyRelease {
  readonly owner: string;
  readonly batch: Pick<DirtyBatch, 'connectionId' | 'module'>;
  readonly done: readonly DirtyRecord[];
  /** Records to read again after a pause. */
  readonly again: readonly DirtyRecord[];
}

/** A record that cannot be judged is read again when it has waited as long once more, so the pauses double. */
const PAUSE = { leastMs: 200, mostMs: 30_000 };

/** Takes records that were read out of the set; those that were marked again meanwhile stay and are read once more. */
export async function releaseDirty(trx: QueryExecutorProvider, release: DirtyRelease): Promise<void> {
  const { owner, batch } = release;
  const done = JSON.stringify(release.done.map(({ recordId, marks }) => ({ record_id: recordId, marks })));
  await sql`
    delete from webhooks.dirty d
     using jsonb_to_recordset(${done}::jsonb) as r (record_id text, marks bigint)
     where d.connection_id = ${batch.connectionId} and d.module = ${batch.module} and d.record_id = r.record_id
       and d.marks = r.marks and d.lease_owner = ${owner}`.execute(trx);
  const rest = JSON.stringify([
    ...release.done.map(({ recordId }) => ({ record_id: recordId, marks: null })),
    ...release.again.map(({ recordId, marks }) => ({ record_id: recordId, marks })),
  ]);
  // What was marked again meanwhile is read at once.
  await sql`
    update webhooks.dirty d
       set lease_owner = null, lease_until = null,
           not_before = case when d.marks = r.marks then now() + least(
             greatest(now() - d.first_marked_at, make_interval(secs => ${PAUSE.leastMs / 1000})),
             make_interval(secs => ${PAUSE.mostMs / 1000})) else now() end
      from jsonb_to_recordset(${rest}::jsonb) as r (record_id text, marks bigint)
     where d.connection_id = ${batch.connectionId} and d.module = ${batch.module} and d.record_id = r.record_id
       and d.lease_owner = ${owner}`.execute(trx);
}
