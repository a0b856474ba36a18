import { sql, type QueryExecutorProvider } from 'kysely';

export interface PruneOptions {
  /** Commands that ended longer ago than this are deleted. Milliseconds. */
  readonly retentionMs: number;
  /** The id that the batch before ended with; '0' begins. */
  readonly after: string;
  /** Commands looked at. */
  readonly limit: number;
}

export interface Pruned {
  readonly commands: number;
  /** Where the next batch begins; null when there is nothing more to prune, or somebody else does it. */
  readonly next: string | null;
}

/** Held by the one that prunes, for the time of a batch. */
const PRUNING = 'causeway.ledger.prune';

/**
 * Deletes one batch of finished commands with their attempts, oldest first. Open commands stay, however old. The keys of effects are
 * kept, since an effect happens once however long ago that was. The walk goes by id: a command that was made within the
 * retention cannot have ended before it, nor can one behind it, so the walk ends there and needs no index of its own.
 */
export async function pruneHistory(db: QueryExecutorProvider, options: PruneOptions): Promise<Pruned> {
  const { retentionMs, after, limit } = options;
  const { rows } = await sql<{ commands: number; last: string | null; seen: number; recent: boolean | null }>`
    with looked as materialized (
      select id, connection_id, effect_key, created_at,
             state in ('succeeded', 'skipped') and finished_at < now() - make_interval(secs => ${retentionMs / 1000}) as old
        from ledger.commands
       where id > ${after}::bigint and pg_try_advisory_xact_lock(hashtextextended(${PRUNING}, 0))
       order by id
       limit ${limit}
    ), kept as (
      insert into ledger.kept_effects (connection_id, effect_key, command_id)
      select connection_id, effect_key, id from looked where old and effect_key is not null
          on conflict do nothing
    ), gone as (
      delete from ledger.commands c using looked where c.id = looked.id and looked.old
      returning c.id
    )
    select (select count(*)::integer from gone) as commands, max(id)::text as last, count(*)::integer as seen,
           bool_or(created_at >= now() - make_interval(secs => ${retentionMs / 1000})) as recent
      from looked`.execute(db);
  const [row] = rows;
  if (row === undefined) return { commands: 0, next: null };
  return { commands: row.commands, next: row.seen < limit || row.recent === true ? null : row.last };
}
