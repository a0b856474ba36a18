import { sql, type QueryExecutorProvider } from 'kysely';
import { linkedKeysOf, recordKeyOf, type Command } from '#contracts';
import { arrayOf, arrayText, rowColumns, type RowColumn } from '#postgres';
import { emitEnds } from '../outcome/outcome.emit.ts';
import type { NewCommand } from './command.row.ts';

/**
 * Dispatchers LISTEN on it; the notification goes out when the transaction commits. It names the connection that has work; an empty
 * one asks for a look at all of them.
 */
export const COMMANDS_CHANNEL = 'causeway_commands';

/**
 * Appends commands in the order given, and wakes the dispatchers when the transaction commits. An effect whose key is there already is
 * not appended again.
 */
export async function insertCommands(trx: QueryExecutorProvider, commands: readonly NewCommand[]): Promise<void> {
  if (commands.length === 0) return;
  const ids = await takeIds(trx, commands.length);
  const named = commands.map((command, at) => toRow(command, ids[at]));
  const parked = await recordsWithParked(trx, named);
  const rows = parked.size === 0 ? named : named.map((row) => markedIn(parked, row));
  await appendRows(trx, { rows: rows.filter((row) => !isEffect(row)), areEffects: false });
  await appendRows(trx, { rows: rows.filter(isEffect), areEffects: true });
  await cancelWaiting(
    trx,
    rows.filter(({ command }) => command.operation === 'delete').map(({ id }) => id),
  );
  const connectionIds = [...new Set(commands.map(({ origin }) => origin.connectionId))];
  await sql`select pg_notify(${COMMANDS_CHANNEL}, id) from unnest(${connectionIds}::text[]) as c (id)`.execute(trx);
}

/** Numbers for so many commands, rising. They are taken first since commands of one record go out in their order. */
async function takeIds(trx: QueryExecutorProvider, count: number): Promise<string[]> {
  const { rows } = await sql<{ ids: string }>`
    select string_agg(nextval('ledger.commands_id_seq')::text, ',') as ids from generate_series(1, ${count}::integer)`.execute(
    trx,
  );
  return rows[0]?.ids.split(',') ?? [];
}

/**
 * Those of the records that have a parked command: what is added to them waits behind it. Its row is held until this transaction ends, so
 * that whoever lets it go on sees what is added here and clears the mark. One that somebody is about to let go on counts as gone:
 * waiting for him could be a deadlock.
 */
async function recordsWithParked(trx: QueryExecutorProvider, rows: readonly CommandRow[]): Promise<Set<string>> {
  const connectionIds = [...new Set(rows.map(({ origin }) => origin.connectionId))];
  const recordKeys = [...new Set(rows.map(({ recordKey }) => recordKey))];
  const found = await sql<{ connectionId: string; recordKey: string }>`
    select connection_id as "connectionId", record_key as "recordKey" from ledger.commands
     where connection_id = any(${arrayOf('text', connectionIds)}) and record_key = any(${arrayOf('text', recordKeys)}) and state = 'parked'
       for share skip locked`.execute(trx);
  return new Set(found.rows.map(recordOf));
}

function markedIn(parked: ReadonlySet<string>, row: CommandRow): CommandRow {
  const { recordKey, origin } = row;
  return { ...row, behindParked: parked.has(recordOf({ connectionId: origin.connectionId, recordKey })) };
}

function recordOf({ connectionId, recordKey }: { connectionId: string; recordKey: string }): string {
  return JSON.stringify([connectionId, recordKey]);
}

/** `on conflict` takes and leaves a lock for every row, so it is said for effects alone; other commands conflict with nothing. */
async function appendRows(
  trx: QueryExecutorProvider,
  { rows, areEffects }: { rows: readonly CommandRow[]; areEffects: boolean },
): Promise<void> {
  if (rows.length === 0) return;
  const { names, values, source } = rowColumns(rows, COLUMNS);
  const unlessThere = sql`
     where not exists (
       select 1 from ledger.kept_effects k where k.connection_id = n.connection_id and k.effect_key = n.effect_key)
        on conflict (connection_id, effect_key) where effect_key is not null do nothing`;
  await sql`
    insert into ledger.commands (${names}) overriding system value
    select n.* from (select ${values} from ${source}) as n (${names}) ${areEffects ? unlessThere : sql``}`.execute(trx);
}

function isEffect({ command }: CommandRow): boolean {
  return command.effectKey !== undefined;
}

interface CommandRow extends NewCommand {
  readonly id: string;
  readonly recordKey: string;
  readonly makesKeys: readonly string[];
  readonly needs: readonly string[];
  readonly lookups: readonly string[];
  readonly behindParked: boolean;
}

const COLUMNS: readonly RowColumn<CommandRow>[] = [
  { name: 'id', type: 'bigint', of: ({ id }) => id },
  { name: 'connection_id', type: 'text', of: ({ origin }) => origin.connectionId },
  { name: 'record_key', type: 'text', of: ({ recordKey }) => recordKey },
  { name: 'product', type: 'text', of: ({ origin }) => origin.product },
  { name: 'entity_type', type: 'text', of: ({ origin }) => origin.entityType },
  { name: 'entity_id', type: 'text', of: ({ origin }) => origin.entityId },
  { name: 'mapping', type: 'text', of: ({ origin }) => origin.mapping },
  { name: 'mapping_version', type: 'integer', of: ({ origin }) => origin.mappingVersion },
  { name: 'event_id', type: 'text', of: ({ origin }) => origin.eventId },
  { name: 'occurred_at', type: 'timestamptz', of: ({ origin }) => origin.occurredAt },
  { name: 'lane', type: 'text', of: ({ origin }) => origin.lane },
  { name: 'operation', type: 'text', of: ({ command }) => command.operation },
  { name: 'module', type: 'text', of: ({ command }) => command.module },
  { name: 'identity_field', type: 'text', of: ({ command }) => command.identity.field },
  { name: 'identity_value', type: 'text', of: ({ command }) => String(command.identity.value) },
  { name: 'identity_numeric', type: 'boolean', of: ({ command }) => typeof command.identity.value === 'number' },
  { name: 'fields', type: 'jsonb', of: ({ command }) => JSON.stringify(command.fields) },
  { name: 'trigger', type: 'text[]', of: ({ command }) => arrayText(command.trigger) },
  { name: 'when_converted', type: 'text', of: ({ command }) => command.whenConverted },
  { name: 'effect_key', type: 'text', of: ({ command }) => command.effectKey ?? null },
  { name: 'link_only', type: 'boolean', of: ({ command }) => command.linkOnly ?? false },
  { name: 'makes', type: 'jsonb', of: ({ command }) => JSON.stringify(command.makes ?? []) },
  { name: 'makes_keys', type: 'text[]', of: ({ makesKeys }) => arrayText(makesKeys) },
  { name: 'needs', type: 'text[]', of: ({ needs }) => arrayText(needs) },
  { name: 'lookups', type: 'text[]', of: ({ lookups }) => arrayText(lookups) },
  { name: 'ensure', type: 'boolean', of: ({ command }) => command.ensure ?? false },
  { name: 'behind_parked', type: 'boolean', of: ({ behindParked }) => behindParked },
];

function toRow({ origin, command }: NewCommand, id: string | undefined): CommandRow {
  if (id === undefined) throw new Error('Postgres gave fewer numbers than asked for');
  return {
    id,
    origin,
    command,
    recordKey: recordKeyOf(command),
    makesKeys: (command.makes ?? []).map((record) => recordKeyOf(record)),
    needs: needsOf(command),
    lookups: lookupsOf(command),
    behindParked: false,
  };
}

/** What cannot make its record waits until somebody else has: an effect, and a write to what a conversion makes. */
function needsOf(command: Command): string[] {
  const makesItsRecord = command.operation === 'delete' || (command.operation === 'write' && command.linkOnly !== true);
  return makesItsRecord ? [] : [recordKeyOf(command)];
}

function lookupsOf({ fields }: Command): string[] {
  return [...new Set(linkedKeysOf(fields))];
}

/**
 * A delete by the product cancels what waits for its record, parked or not (packs/README.md section 4). What is under way or unknown
 * stays: it may have taken effect, and the delete comes after it.
 */
async function cancelWaiting(trx: QueryExecutorProvider, deletes: readonly string[]): Promise<void> {
  if (deletes.length === 0) return;
  const { rows } = await sql<{ id: string }>`
    update ledger.commands c
       set state = 'skipped', reason = 'deleted by the product', finished_at = clock_timestamp()
      from ledger.commands d
     where d.id = any(${[...deletes]}::bigint[]) and c.connection_id = d.connection_id and c.record_key = d.record_key
       and c.id < d.id and c.state in ('ready', 'parked')
    returning c.id::text`.execute(trx);
  await emitEnds(trx, { ids: rows.map(({ id }) => id), what: 'skipped', cause: 'cancelled' });
}
