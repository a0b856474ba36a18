import { sql, type QueryExecutorProvider } from 'kysely';

/** Open commands by state: what `settle`, metrics and back-pressure look at. */
export async function countOpenCommands(db: QueryExecutorProvider): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select state, count(*)::integer as count
      from ledger.commands
     where state in ('ready', 'in_flight', 'unknown', 'parked')
     group by state`.execute(db);
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

/**
 * Commands that wait for the CRM or are under way, for connections that work; at most `atMost` are counted, so that it costs the same
 * however many there are. Those of a paused connection wait for a person.
 */
export async function countWaiting(db: QueryExecutorProvider, atMost: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count
      from (select 1 from ledger.commands c join connections.connections n on n.id = c.connection_id
             where c.state in ('ready', 'in_flight', 'unknown') and n.state = 'active' limit ${atMost}) as waiting`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** Commands that wait behind a parked one of their record: nothing is under way for them. */
export async function countWaitingBehindParked(db: QueryExecutorProvider): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count
      from ledger.commands
     where state = 'ready' and behind_parked`.execute(db);
  return rows[0]?.count ?? 0;
}
