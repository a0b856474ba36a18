import { sql, type QueryExecutorProvider } from 'kysely';
import type { Lane } from '#contracts';
import { CLAIMABLE } from './command.conditions.ts';

/** Most records of a call: nobody needs to know of more. */
const FULL = 100;

export interface CompanyQuery {
  readonly connectionId: string;
  readonly lanes: readonly Lane[];
}

/** How many commands a claim would find, up to a full call, and how many milliseconds ago the oldest of them was made. */
export async function readCompany(
  db: QueryExecutorProvider,
  { connectionId, lanes }: CompanyQuery,
): Promise<{ waiting: number; oldestMs: number }> {
  const { rows } = await sql<{ waiting: number; oldest: number | null }>`
    select count(*)::integer as waiting,
           (extract(epoch from clock_timestamp() - min(p.created_at)) * 1000)::double precision as oldest
      from (
        select c.created_at
          from ledger.commands c
         where c.connection_id = ${connectionId} and c.lane = any(${[...lanes]}::text[])
           and c.state in ('ready', 'in_flight', 'unknown') and ${CLAIMABLE}
         limit ${FULL}) p`.execute(db);
  const [row] = rows;
  return { waiting: row?.waiting ?? 0, oldestMs: row?.oldest ?? 0 };
}
