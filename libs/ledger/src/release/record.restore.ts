import { sql, type QueryExecutorProvider } from 'kysely';
import { linkedKeyOf, type JsonObject } from '#contracts';
import { COMMANDS_CHANNEL, insertCommands } from '../command/command.insert.ts';
import type { NewCommand } from '../command/command.row.ts';
import { clearLost } from '../link/link.lost.ts';
import { dropLinks } from '../link/link.store.ts';
import { emitEnds } from '../outcome/outcome.emit.ts';
import { dropReleased, type RecordOfConnection } from './released.store.ts';

export interface RestoredRecord extends RecordOfConnection {
  /** A write of all that the present projection says. */
  readonly write: NewCommand;
  /** `make`: the record is made again and gets a new generation of its link; `assert`: it is there, and gets its fields. */
  readonly how: 'make' | 'assert';
}

/**
 * Gives a record that a person deleted all fields of its projection, before anything else of it goes on: the write takes the place of
 * the parked command. Writes that wait are ended, since the projection holds what they say; notes and tasks follow. To be called in
 * the transaction that read the state, with its row locked, so that no event is folded in between.
 */
export async function restoreRecord(trx: QueryExecutorProvider, restored: RestoredRecord): Promise<void> {
  const { connectionId, recordKey, write, how } = restored;
  await dropReleased(trx, restored);
  if (how === 'make') await dropLinks(trx, [restored]);
  else await clearLost(trx, [restored]);
  const [parked] = await openCommands(trx, restored, 'parked');
  const waiting = await openCommands(trx, restored, 'ready');
  const cleared = how === 'assert' ? clearedBy([...(parked === undefined ? [] : [parked]), ...waiting]) : {};
  const fields = { ...cleared, ...write.command.fields };
  const whole = { ...write, command: { ...write.command, fields } };
  const ended = waiting.filter(({ operation }) => operation === 'write').map(({ id }) => id);
  await endCovered(trx, ended);
  if (parked === undefined) return insertCommands(trx, [whole]);
  if (parked.operation !== 'write') await moveToTheEnd(trx, parked.id);
  await sql`
    update ledger.commands c
       set operation = 'write', fields = ${JSON.stringify(fields)}::jsonb,
           original_fields = case when c.operation = 'write' then coalesce(c.original_fields, c.fields) end,
           trigger = ${[...whole.command.trigger]}::text[], when_converted = ${whole.command.whenConverted}, effect_key = null,
           module = ${whole.command.module}, link_only = false, makes = '[]', makes_keys = '{}', needs = '{}',
           lookups = ${lookupsOf(fields)}::text[], state = 'ready', reason = 'restored', code = null, field = null,
           not_before = now(), failures = 0, trying_since = null
     where c.id = ${parked.id}::bigint and c.connection_id = ${connectionId} and c.record_key = ${recordKey}`.execute(
    trx,
  );
  await emitEnds(trx, { ids: [parked.id], what: 'restored', cause: how === 'make' ? 'operator' : 'came_back' });
  await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
}

interface OpenCommand {
  id: string;
  operation: string;
  fields: JsonObject;
}

async function openCommands(
  trx: QueryExecutorProvider,
  { connectionId, recordKey }: RecordOfConnection,
  state: 'parked' | 'ready',
): Promise<OpenCommand[]> {
  const { rows } = await sql<OpenCommand>`
    select id::text, operation, fields from ledger.commands
     where connection_id = ${connectionId} and record_key = ${recordKey} and state = ${state}
     order by id for update`.execute(trx);
  return rows;
}

async function endCovered(trx: QueryExecutorProvider, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update ledger.commands set state = 'skipped', reason = 'restored', finished_at = clock_timestamp()
     where id = any(${[...ids]}::bigint[])`.execute(trx);
  await emitEnds(trx, { ids, what: 'skipped', cause: 'restored' });
}

/** The same effect as a new command behind all others: its place goes to the write that makes its record. */
async function moveToTheEnd(trx: QueryExecutorProvider, id: string): Promise<void> {
  const { rows } = await sql<{ effect_key: string | null }>`
    select effect_key from ledger.commands where id = ${id}::bigint`.execute(trx);
  await sql`update ledger.commands set effect_key = null where id = ${id}::bigint`.execute(trx);
  await sql`
    insert into ledger.commands
      (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
       operation, module, identity_field, identity_value, identity_numeric, fields, original_fields, trigger,
       when_converted, effect_key, link_only, makes, makes_keys, needs, lookups, created_at)
    select connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
           operation, module, identity_field, identity_value, identity_numeric, fields, original_fields, trigger,
           when_converted, ${rows[0]?.effect_key ?? null}::text, link_only, makes, makes_keys, needs, lookups, created_at
      from ledger.commands where id = ${id}::bigint`.execute(trx);
}

/** What a command clears, the record that is there may still have. */
function clearedBy(commands: readonly OpenCommand[]): JsonObject {
  const writes = commands.filter(({ operation }) => operation === 'write');
  const names = writes.flatMap(({ fields }) => Object.entries(fields).flatMap(([name, value]) => (value === null ? [name] : [])));
  return Object.fromEntries(names.map((name) => [name, null]));
}

function lookupsOf(fields: JsonObject): string[] {
  return [...new Set(Object.values(fields).flatMap((value) => linkedKeyOf(value) ?? []))];
}
