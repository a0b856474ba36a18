import { sql, type QueryExecutorProvider } from 'kysely';

/** How far a module of a connection was read by Modified_Time. */
export interface SweepReport {
  readonly connection: string;
  readonly module: string;
  /** `snapshot` or `sweep` while one is under way; `waiting` for the next; `never` before the first. */
  readonly state: 'snapshot' | 'sweep' | 'waiting' | 'never';
  /** Records listed so far by the run under way, else by the last one. */
  readonly listed: number;
  readonly marked: number;
  readonly sweptTo: string | null;
  readonly lastEndedAt: string | null;
  readonly dueAt: string;
  readonly failure: string | null;
  /** Records that wait to be read. */
  readonly dirty: number;
}

interface Row extends Omit<SweepReport, 'sweptTo' | 'lastEndedAt' | 'dueAt'> {
  readonly sweptTo: Date | null;
  readonly lastEndedAt: Date | null;
  readonly dueAt: Date;
}

/** Every module that is swept, by connection. */
export async function listSweeps(db: QueryExecutorProvider): Promise<SweepReport[]> {
  const { rows } = await sql<Row>`
    select s.connection_id as connection, s.module,
           case when run_kind is not null then run_kind when last_ended_at is null then 'never' else 'waiting' end as state,
           (case when run_kind is null then coalesce(last_listed, 0) else run_listed end)::integer as listed,
           (case when run_kind is null then coalesce(last_marked, 0) else run_marked end)::integer as marked,
           swept_to as "sweptTo", last_ended_at as "lastEndedAt", due_at as "dueAt", failure_code as failure,
           (select count(*)::integer from webhooks.dirty d where (d.connection_id, d.module) = (s.connection_id, s.module)) as dirty
      from webhooks.sweeps s order by s.connection_id, s.module`.execute(db);
  return rows.map((row) => ({
    ...row,
    sweptTo: row.sweptTo?.toISOString() ?? null,
    lastEndedAt: row.lastEndedAt?.toISOString() ?? null,
    dueAt: row.dueAt.toISOString(),
  }));
}
