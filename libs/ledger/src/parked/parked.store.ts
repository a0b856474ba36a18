import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import { COMMANDS_CHANNEL } from '../command/command.insert.ts';

/** Other texts name no command, and Postgres would not take them for a number. */
const COMMAND_ID = /^\d{1,18}$/;

export interface ParkedCommand {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly product: string;
  readonly entityId: string;
  readonly operation: string;
  readonly code: string;
  readonly field: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
  /** Later commands of the same record that wait behind it. */
  readonly waiting: number;
}

/** Parked commands, oldest first. */
export async function listParked(db: QueryExecutorProvider, limit = 1000): Promise<ParkedCommand[]> {
  const { rows } = await sql<ParkedCommand>`
    select c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey", c.product, c.entity_id as "entityId",
           c.operation, c.code, c.field, c.reason, c.created_at as "createdAt",
           (select count(*)::integer from ledger.commands o
             where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id > c.id
               and o.state in ('ready', 'in_flight', 'unknown', 'parked')) as waiting
      from ledger.commands c
     where c.state = 'parked'
     order by c.id
     limit ${limit}`.execute(db);
  return rows;
}

/** Makes a parked command ready again. @returns false when there is no parked command of this id. */
export async function retryParked(db: Kysely<IntegrationDatabase>, id: string): Promise<boolean> {
  return release(db, { id, state: 'ready', reason: 'retried by an operator' });
}

/** Ends a parked command without a call; the record's later commands go on. @returns false when there is none. */
export async function skipParked(db: Kysely<IntegrationDatabase>, id: string): Promise<boolean> {
  return release(db, { id, state: 'skipped', reason: 'skipped by an operator' });
}

function release(
  db: Kysely<IntegrationDatabase>,
  options: { id: string; state: 'ready' | 'skipped'; reason: string },
): Promise<boolean> {
  if (!COMMAND_ID.test(options.id)) return Promise.resolve(false);
  return db.transaction().execute(async (trx) => {
    const { numAffectedRows } = await sql`
      update ledger.commands
         set state = ${options.state}, reason = ${options.reason}, not_before = now(),
             finished_at = case when ${options.state}::text = 'skipped' then clock_timestamp() end
       where id = ${options.id}::bigint and state = 'parked'`.execute(trx);
    await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
    return numAffectedRows === 1n;
  });
}
