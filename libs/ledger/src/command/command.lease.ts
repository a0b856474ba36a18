import { sql, type QueryExecutorProvider } from 'kysely';
import type { ClaimedCommand } from './command.row.ts';

export interface LeaseOptions {
  readonly owner: string;
  /** Milliseconds from now. */
  readonly leaseMs: number;
}

/**
 * Holds claimed commands for longer, and says which of them are still held: the lease of the others ran out, and whoever
 * claimed them since goes on with them.
 */
export async function extendLease(
  db: QueryExecutorProvider,
  commands: readonly Pick<ClaimedCommand, 'id' | 'attempt'>[],
  { owner, leaseMs }: LeaseOptions,
): Promise<Set<string>> {
  const rows = JSON.stringify(commands.map(({ id, attempt }) => ({ id, attempt })));
  const { rows: held } = await sql<{ id: string }>`
    update ledger.commands c
       set lease_until = now() + make_interval(secs => ${leaseMs / 1000})
      from jsonb_to_recordset(${rows}::jsonb) as r (id bigint, attempt integer)
     where c.id = r.id and c.state = 'in_flight' and c.lease_owner = ${owner} and c.attempts_started = r.attempt
    returning c.id::text`.execute(db);
  return new Set(held.map(({ id }) => id));
}
