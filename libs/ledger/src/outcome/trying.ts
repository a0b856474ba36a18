import { sql, type QueryExecutorProvider } from 'kysely';

/** How long commands of a connection have been tried in vain. */
export interface Trying {
  readonly longestSeconds: number;
  /** Commands that have been tried for longer than was asked about. */
  readonly overdue: number;
}

/** By connection; one without such commands is absent. `seconds`: from when on a command is overdue. */
export async function readTrying(db: QueryExecutorProvider, seconds: number): Promise<Map<string, Trying>> {
  const { rows } = await sql<Trying & { connection_id: string }>`
    select connection_id, round(extract(epoch from now() - min(trying_since)))::integer as "longestSeconds",
           (count(*) filter (where trying_since <= now() - make_interval(secs => ${seconds})))::integer as overdue
      from ledger.commands
     where trying_since is not null and state in ('ready', 'in_flight', 'unknown')
     group by connection_id`.execute(db);
  return new Map(
    rows.map(({ connection_id: id, longestSeconds, overdue }) => [id, { longestSeconds, overdue }]),
  );
}
