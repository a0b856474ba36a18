import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { COMMANDS_CHANNEL } from '../command/command.insert.ts';
import { clearLost } from '../link/link.lost.ts';
import { emitEnds } from '../outcome/outcome.emit.ts';

interface ActedOn {
  id: string;
  connectionId: string;
  recordKey: string;
}

/**
 * Makes parked commands ready again, at once and with a fresh schedule of pauses. One whose record was deleted goes to that record:
 * it works where the record is back, and parks again where it is not. It never makes the record.
 * @returns the ids of those that were parked.
 */
export async function retryParked(trx: QueryExecutorProvider, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<ActedOn>`
    update ledger.commands c
       set state = 'ready', reason = 'retried by an operator', not_before = now(), failures = 0, trying_since = null
     where c.id = any(${[...ids]}::bigint[]) and c.state = 'parked'
    returning c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey"`.execute(trx);
  await clearLost(trx, rows);
  return told(trx, rows, { what: 'retried', cause: 'operator' });
}

/** Ends parked commands without a call; the later ones of their records go on. @returns the ids of those that were parked. */
export async function skipParked(trx: QueryExecutorProvider, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<ActedOn>`
    update ledger.commands c
       set state = 'skipped', reason = 'skipped by an operator', finished_at = clock_timestamp()
     where c.id = any(${[...ids]}::bigint[]) and c.state = 'parked'
    returning c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey"`.execute(trx);
  return told(trx, rows, { what: 'skipped', cause: 'operator' });
}

export interface EditedCommand {
  readonly id: string;
  /** All fields as they shall be sent. */
  readonly fields: JsonObject;
}

/** Gives a parked command other fields and makes it ready; those that the mapping asked for are kept. @returns false when it is not parked. */
export async function editParked(trx: QueryExecutorProvider, { id, fields }: EditedCommand): Promise<boolean> {
  const { rows } = await sql<ActedOn>`
    update ledger.commands c
       set fields = ${JSON.stringify(fields)}::jsonb, original_fields = coalesce(c.original_fields, c.fields), state = 'ready',
           reason = 'edited by an operator', not_before = now(), failures = 0, trying_since = null
     where c.id = ${id}::bigint and c.state = 'parked'
    returning c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey"`.execute(trx);
  await told(trx, rows, { what: 'edited', cause: 'operator' });
  return rows.length > 0;
}

async function told(
  trx: QueryExecutorProvider,
  rows: readonly ActedOn[],
  event: { readonly what: 'retried' | 'skipped' | 'edited'; readonly cause: string },
): Promise<string[]> {
  const ids = rows.map(({ id }) => id);
  await emitEnds(trx, { ids, ...event });
  await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
  return ids;
}
