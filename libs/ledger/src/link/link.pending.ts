import { sql, type QueryExecutorProvider } from 'kysely';

/**
 * True while a record of this module may exist whose link is not stored yet: its notification can overtake the answer
 * of the call that made it.
 */
export async function linkMayBePending(
  db: QueryExecutorProvider,
  query: { readonly connectionId: string; readonly module: string },
): Promise<boolean> {
  const { rows } = await sql<{ pending: boolean }>`
    select exists (
      select 1 from ledger.commands c
       where c.connection_id = ${query.connectionId} and c.state in ('in_flight', 'unknown')
         and (c.module = ${query.module} and not exists (
                select 1 from ledger.links l where l.connection_id = c.connection_id and l.record_key = c.record_key)
              or c.operation = 'convert' and exists (
                select 1 from jsonb_array_elements(c.makes) m where m->>'module' = ${query.module}))
    ) as pending`.execute(db);
  return rows[0]?.pending ?? false;
}
