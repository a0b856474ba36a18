import { sql, type QueryExecutorProvider } from 'kysely';

/** A recycle bin keeps a record for 60 days; after that it does not come back. */
const BIN_DAYS = 60;
/** Marked in one go; the others follow in the next round. */
const MOST = 1000;

/**
 * Marks records that a person deleted, with commands that wait for them, to be read once an interval: they may be out of the recycle bin
 * again, which no notification tells of a module that nobody watches. Those that an operator released are left alone.
 * @returns how many were marked.
 */
export async function markLostRecords(
  db: QueryExecutorProvider,
  { intervalMs }: { readonly intervalMs: number },
): Promise<number> {
  const { rows } = await sql<{ marked: string }>`
    with due as (
      select l.connection_id, l.module, l.record_id, 'sweep' as reason
        from ledger.links l
        join connections.connections c on c.id = l.connection_id and c.state = 'active'
        left join webhooks.seen s on s.connection_id = l.connection_id and s.module = l.module and s.record_id = l.record_id
       where l.lost_at > now() - make_interval(days => ${BIN_DAYS})
         and greatest(l.lost_at, s.read_at) <= now() - make_interval(secs => ${intervalMs / 1000})
         and not exists (select from webhooks.dirty d
                          where d.connection_id = l.connection_id and d.module = l.module and d.record_id = l.record_id)
         and not exists (select from ledger.released r
                          where r.connection_id = l.connection_id and r.record_key = l.record_key)
       order by l.lost_at limit ${MOST}
    )
    select webhooks.mark_dirty(jsonb_agg(to_jsonb(due))) as marked from due having count(*) > 0`.execute(db);
  return Number(rows[0]?.marked ?? 0);
}
