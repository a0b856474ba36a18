import { sql, type QueryExecutorProvider } from 'kysely';
import type { Sweep, SweepPlace, SweepRun } from './sweep.types.ts';

interface SweepRow {
  connection_id: string;
  module: string;
  swept_to: Date | null;
  deleted_to: Date | null;
  asked_since: Date | null;
  run_kind: SweepRun['kind'] | null;
  run_phase: SweepRun['phase'] | null;
  run_since: Date | null;
  run_high: Date | null;
  run_next: SweepPlace | null;
  run_listed: string;
  run_marked: string;
  run_calls: number;
}

/** Makes a row for each module that is wanted, and takes away those of modules that are not wanted any more. */
export async function ensureSweeps(
  db: QueryExecutorProvider,
  { connectionId, modules }: { readonly connectionId: string; readonly modules: readonly string[] },
): Promise<void> {
  const names = [...modules];
  await sql`
    with gone as (
      delete from webhooks.sweeps where connection_id = ${connectionId} and not module = any(${names}::text[])
    )
    insert into webhooks.sweeps (connection_id, module)
    select ${connectionId}, m.module from unnest(${names}::text[]) as m (module)
     where not exists (select from webhooks.sweeps s where s.connection_id = ${connectionId} and s.module = m.module)
        on conflict do nothing`.execute(db);
}

/** Sweeps that are due, those that wait longest first. */
export async function dueSweeps(db: QueryExecutorProvider): Promise<Sweep[]> {
  const { rows } = await sql<SweepRow>`
    select s.connection_id, s.module, s.swept_to, s.deleted_to, s.asked_since, s.run_kind, s.run_phase, s.run_since, s.run_high,
           s.run_next, s.run_listed::text, s.run_marked::text, s.run_calls
      from webhooks.sweeps s
      join connections.connections n on n.id = s.connection_id and n.state = 'active'
     where s.due_at <= clock_timestamp() order by s.due_at, s.connection_id, s.module`.execute(db);
  return rows.map(sweepOf);
}

function sweepOf(row: SweepRow): Sweep {
  const { run_kind: kind, run_phase: phase, run_since: since } = row;
  const counts = { listed: Number(row.run_listed), marked: Number(row.run_marked), calls: row.run_calls };
  const run: SweepRun | null =
    kind === null || phase === null || since === null
      ? null
      : { kind, phase, since, high: row.run_high, next: row.run_next, ...counts };
  return {
    connectionId: row.connection_id,
    module: row.module,
    sweptTo: row.swept_to,
    deletedTo: row.deleted_to,
    askedSince: row.asked_since,
    run,
  };
}

type Place = Pick<Sweep, 'connectionId' | 'module'>;

/** Stores how far a run has come. A run that begins takes over what gaps have asked for so far. */
export async function storeRun(
  trx: QueryExecutorProvider,
  { connectionId, module }: Place,
  run: SweepRun,
): Promise<void> {
  await sql`
    update webhooks.sweeps
       set run_asks = case when run_started_at is null then asks else run_asks end,
           run_started_at = coalesce(run_started_at, clock_timestamp()),
           run_kind = ${run.kind}, run_phase = ${run.phase}, run_since = ${run.since}, run_high = ${run.high},
           run_next = ${run.next === null ? null : JSON.stringify(run.next)}::jsonb,
           run_listed = ${run.listed}, run_marked = ${run.marked}, run_calls = ${run.calls},
           failed_at = null, failure_code = null
     where connection_id = ${connectionId} and module = ${module}`.execute(trx);
}

/** The first half is through: everything that changed up to then was listed. */
export async function storeSweptTo(
  trx: QueryExecutorProvider,
  { connectionId, module }: Place,
  to: Date,
): Promise<void> {
  await sql`
    update webhooks.sweeps set swept_to = greatest(swept_to, ${to}::timestamptz)
     where connection_id = ${connectionId} and module = ${module}`.execute(trx);
}

/** A run is through. A gap that was noted while it went on stays asked for, and makes the next one due at once. */
export async function endRun(
  trx: QueryExecutorProvider,
  { connectionId, module }: Place,
  end: { readonly deletedTo: Date; readonly intervalMs: number },
): Promise<void> {
  await sql`
    update webhooks.sweeps
       set deleted_to = greatest(deleted_to, ${end.deletedTo}::timestamptz),
           due_at = case when asks is distinct from run_asks then clock_timestamp()
                         else clock_timestamp() + make_interval(secs => ${end.intervalMs / 1000}) end,
           asked_since = case when asks is distinct from run_asks then asked_since end,
           asked_reason = case when asks is distinct from run_asks then asked_reason end,
           last_kind = run_kind, last_started_at = run_started_at, last_ended_at = clock_timestamp(),
           last_listed = run_listed, last_marked = run_marked, last_calls = run_calls,
           snapshot_at = case when run_kind = 'snapshot' then clock_timestamp() else snapshot_at end,
           run_kind = null, run_phase = null, run_started_at = null, run_since = null, run_high = null, run_next = null,
           run_listed = 0, run_marked = 0, run_calls = 0, run_asks = null
     where connection_id = ${connectionId} and module = ${module}`.execute(trx);
}

/** A run rests: it goes on from where it is after a pause. `failure` null: others shall have their turn. */
export async function restRun(
  db: QueryExecutorProvider,
  { connectionId, module }: Place,
  rest: { readonly pauseMs: number; readonly failure: string | null },
): Promise<void> {
  await sql`
    update webhooks.sweeps
       set due_at = clock_timestamp() + make_interval(secs => ${rest.pauseMs / 1000}),
           failed_at = case when ${rest.failure}::text is null then failed_at else clock_timestamp() end,
           failure_code = coalesce(${rest.failure}::text, failure_code)
     where connection_id = ${connectionId} and module = ${module}`.execute(db);
}

/** Those of the ids that concern us: records with a link, or that were read before. */
export async function knownIds(
  db: QueryExecutorProvider,
  { connectionId, module }: Place,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select i.id from unnest(${[...ids]}::text[]) as i (id)
     where exists (select from ledger.links l where l.connection_id = ${connectionId} and l.module = ${module} and l.record_id = i.id)
        or exists (select from webhooks.seen s where s.connection_id = ${connectionId} and s.module = ${module} and s.record_id = i.id)`.execute(
    db,
  );
  return new Set(rows.map(({ id }) => id));
}

/** What is known of records: when and in which version they were read. */
export async function seenOf(
  db: QueryExecutorProvider,
  { connectionId, module }: Place,
  ids: readonly string[],
): Promise<Map<string, { modifiedAt: number | null; readAt: number }>> {
  const { rows } = await sql<{ record_id: string; modified_at: Date | null; read_at: Date }>`
    select record_id, modified_at, read_at from webhooks.seen
     where connection_id = ${connectionId} and module = ${module} and record_id = any(${[...ids]}::text[])`.execute(db);
  return new Map(
    rows.map((row) => [
      row.record_id,
      { modifiedAt: row.modified_at?.getTime() ?? null, readAt: row.read_at.getTime() },
    ]),
  );
}
