import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { ClaimedCommand } from '../command/command.row.ts';
import { isHeld } from './hold.condition.ts';

/** How claimed commands stand right before their call; those that are in neither set may go out. */
export interface Standing {
  /** A person holds them back, or stopped the connection, since they were claimed. */
  readonly held: ReadonlySet<string>;
  /** Their record is left alone: they end without a call. */
  readonly released: ReadonlySet<string>;
}

export async function standingOf(
  db: QueryExecutorProvider,
  commands: readonly Pick<ClaimedCommand, 'id'>[],
): Promise<Standing> {
  const { rows } = await sql<{ id: string; held: boolean; released: boolean }>`
    select c.id::text, n.state <> 'active' or ${isHeld} as held,
           exists (select 1 from ledger.released r
                    where r.connection_id = c.connection_id and r.record_key = c.record_key) as released
      from ledger.commands c
      join connections.connections n on n.id = c.connection_id
     where c.id = any(${commands.map(({ id }) => id)}::bigint[])`.execute(db);
  return {
    held: new Set(rows.flatMap(({ id, held }) => (held ? [id] : []))),
    released: new Set(rows.flatMap(({ id, held, released }) => (released && !held ? [id] : []))),
  };
}

/**
 * Gives claimed commands back that were not sent: as if they had never been claimed, but for the attempt that is written down as
 * `held` and not counted. What has to be verified stays so.
 */
export function returnCommands(
  db: Kysely<IntegrationDatabase>,
  commands: readonly Pick<ClaimedCommand, 'id' | 'attempt' | 'verify'>[],
  owner: string,
): Promise<void> {
  const rows = JSON.stringify(commands.map(({ id, attempt, verify }) => ({ id, attempt, verify })));
  return transaction(db, async (trx) => {
    await sql`
      with given as (
        update ledger.commands c
           set state = case when r.verify then 'unknown' else 'ready' end, lease_owner = null, lease_until = null,
               attempts_finished = c.attempts_finished + 1, throttles = c.throttles + 1
          from jsonb_to_recordset(${rows}::jsonb) as r (id bigint, attempt integer, verify boolean)
         where c.id = r.id and c.state = 'in_flight' and c.lease_owner = ${owner} and c.attempts_started = r.attempt
        returning c.id, r.attempt
      )
      update ledger.attempts a set finished_at = clock_timestamp(), outcome = 'held'
        from given g where a.command_id = g.id and a.number = g.attempt`.execute(trx);
  });
}
