import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import { linkedKeysOf, recordKeyOf, type Command } from '#contracts';
import { emitEnds } from '../outcome/outcome.emit.ts';
import type { NewCommand } from './command.row.ts';

/**
 * Dispatchers LISTEN on it; the notification goes out when the transaction commits. It names the connection that has work; an empty
 * one asks for a look at all of them.
 */
export const COMMANDS_CHANNEL = 'causeway_commands';

/**
 * Whether the record `r` has a parked command. Its row is held until this transaction ends, so that whoever lets it go on sees what is
 * added here and clears the mark. One that somebody is about to let go on counts as gone: waiting for him could be a deadlock.
 */
const HAS_PARKED = sql`
  exists (
    select 1 from ledger.commands p
     where p.connection_id = r.connection_id and p.record_key = r.record_key and p.state = 'parked'
       for share skip locked)`;

/**
 * Appends commands in the order given, in one statement, and wakes the dispatchers when the transaction commits. An effect whose
 * key is there already is not appended again.
 */
export async function insertCommands(trx: QueryExecutorProvider, commands: readonly NewCommand[]): Promise<void> {
  if (commands.length === 0) return;
  const rows = commands.map(toRow);
  const texts = (of: (row: CommandRow) => string | null): RawBuilder<unknown> => sql`${rows.map(of)}::text[]`;
  // Columns side by side: as rows in one JSON document they cost Postgres twice as much.
  const { rows: deletes } = await sql<{ id: string }>`
    with inserted as (
      insert into ledger.commands
        (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
         operation, module, identity_field, identity_value, identity_numeric, fields, trigger, when_converted, effect_key,
         link_only, makes, makes_keys, needs, lookups, ensure, behind_parked)
      select r.connection_id, r.record_key, r.product, r.entity_type, r.entity_id, r.mapping, r.mapping_version, r.event_id,
             r.occurred_at::timestamptz, r.lane, r.operation, r.module, r.identity_field, r.identity_value, r.identity_numeric,
             r.fields::jsonb, r.trigger::text[], r.when_converted, r.effect_key, r.link_only, r.makes::jsonb,
             r.makes_keys::text[], r.needs::text[], r.lookups::text[], r.ensure, ${HAS_PARKED}
        from unnest(${texts(({ origin }) => origin.connectionId)}, ${texts(({ recordKey }) => recordKey)},
                    ${texts(({ origin }) => origin.product)}, ${texts(({ origin }) => origin.entityType)},
                    ${texts(({ origin }) => origin.entityId)}, ${texts(({ origin }) => origin.mapping)},
                    ${rows.map(({ origin }) => origin.mappingVersion)}::integer[], ${texts(({ origin }) => origin.eventId)},
                    ${texts(({ origin }) => origin.occurredAt)}, ${texts(({ origin }) => origin.lane)},
                    ${texts(({ command }) => command.operation)}, ${texts(({ command }) => command.module)},
                    ${texts(({ command }) => command.identity.field)}, ${texts(({ command }) => String(command.identity.value))},
                    ${rows.map(({ command }) => typeof command.identity.value === 'number')}::boolean[],
                    ${texts(({ command }) => JSON.stringify(command.fields))}, ${texts(({ command }) => arrayText(command.trigger))},
                    ${texts(({ command }) => command.whenConverted)}, ${texts(({ command }) => command.effectKey ?? null)},
                    ${rows.map(({ command }) => command.linkOnly ?? false)}::boolean[],
                    ${texts(({ command }) => JSON.stringify(command.makes ?? []))}, ${texts(({ makesKeys }) => arrayText(makesKeys))},
                    ${texts(({ needs }) => arrayText(needs))}, ${texts(({ lookups }) => arrayText(lookups))},
                    ${rows.map(({ command }) => command.ensure ?? false)}::boolean[])
               with ordinality as r
               (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
                operation, module, identity_field, identity_value, identity_numeric, fields, trigger, when_converted, effect_key,
                link_only, makes, makes_keys, needs, lookups, ensure, position)
       where not exists (
         select 1 from ledger.kept_effects k where k.connection_id = r.connection_id and k.effect_key = r.effect_key)
       order by r.position
          on conflict (connection_id, effect_key) where effect_key is not null do nothing
      returning id, operation)
    select id::text from inserted where operation = 'delete'`.execute(trx);
  await cancelWaiting(
    trx,
    deletes.map(({ id }) => id),
  );
  const connectionIds = [...new Set(commands.map(({ origin }) => origin.connectionId))];
  await sql`select pg_notify(${COMMANDS_CHANNEL}, id) from unnest(${connectionIds}::text[]) as c (id)`.execute(trx);
}

interface CommandRow extends NewCommand {
  readonly recordKey: string;
  readonly makesKeys: readonly string[];
  readonly needs: readonly string[];
  readonly lookups: readonly string[];
}

function toRow({ origin, command }: NewCommand): CommandRow {
  return {
    origin,
    command,
    recordKey: recordKeyOf(command),
    makesKeys: (command.makes ?? []).map((record) => recordKeyOf(record)),
    needs: needsOf(command),
    lookups: lookupsOf(command),
  };
}

/** A Postgres array in its text form. */
function arrayText(values: readonly string[]): string {
  if (values.length === 0) return '{}';
  return `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
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
