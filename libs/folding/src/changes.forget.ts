import { sql, type QueryExecutorProvider } from 'kysely';

export interface ForgetOptions {
  /** Changes of folds that are older than this are forgotten. Milliseconds. */
  readonly retentionMs: number;
  /** The id that the batch before ended with; '0' begins. Whoever remembers it does not look at the same folds twice. */
  readonly after: string;
  /** Folds looked at. */
  readonly limit: number;
}

export interface Forgotten {
  readonly folds: number;
  readonly last: string;
  /** Whether there is nothing older any more. */
  readonly isDone: boolean;
}

/**
 * Forgets what one batch of old folds changed in their states, and keeps the folds: states hold personal data, and so does what they held
 * before. Walks by id, which is the order of time but for a moment.
 */
export async function forgetChanges(db: QueryExecutorProvider, options: ForgetOptions): Promise<Forgotten> {
  const { retentionMs, after, limit } = options;
  const { rows } = await sql<{ folds: number; last: string | null; seen: number }>`
    with looked as materialized (
      select id, changes is not null as held, folded_at < now() - make_interval(secs => ${retentionMs / 1000}) as old
        from relay.folds where id > ${after}::bigint order by id limit ${limit}
    ), gone as (
      update relay.folds f set changes = null from looked l where f.id = l.id and l.old and l.held
      returning 1
    )
    select (select count(*)::integer from gone) as folds, max(id)::text as last, count(*)::integer as seen
      from looked where old`.execute(db);
  const [row] = rows;
  return { folds: row?.folds ?? 0, last: row?.last ?? after, isDone: (row?.seen ?? 0) < limit };
}
