import { sql, type QueryExecutorProvider } from 'kysely';
import { linkedKeyOf, recordKeyOf, type Command } from '#contracts';
import { emitEnds } from '../outcome/outcome.emit.ts';
import type { NewCommand } from './command.row.ts';

/**
 * Dispatchers LISTEN on it; the notification goes out when the transaction commits. It names the connection that has work; an empty
 * one asks for a look at all of them.
 */
export const COMMANDS_CHANNEL = 'causeway_commands';

/**
 * Appends commands in the order given, in one statement, and wakes the dispatchers when the transaction commits. An effect whose
 * key is there already is not appended again.
 */
export async function insertCommands(trx: QueryExecutorProvider, commands: readonly NewCommand[]): Promise<void> {
  if (commands.length === 0) return;
  const rows = JSON.stringify(commands.map(toRow));
  const { rows: inserted } = await sql<{ id: string; operation: string }>`
    insert into ledger.commands
      (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
       operation, module, identity_field, identity_value, identity_numeric, fields, trigger, when_converted, effect_key,
       link_only, makes, makes_keys, needs, lookups)
    select r.connection_id, r.record_key, r.product, r.entity_type, r.entity_id, r.mapping, r.mapping_version, r.event_id,
           r.occurred_at, r.lane, r.operation, r.module, r.identity_field, r.identity_value,
           r.identity_numeric, r.fields, array(select jsonb_array_elements_text(r.trigger)), r.when_converted, r.effect_key,
           r.link_only, r.makes, array(select jsonb_array_elements_text(r.makes_keys)),
           array(select jsonb_array_elements_text(r.needs)), array(select jsonb_array_elements_text(r.lookups))
      from jsonb_to_recordset(${rows}::jsonb) as r
             (connection_id text, record_key text, product text, entity_type text, entity_id text, mapping text,
              mapping_version integer, event_id text, occurred_at timestamptz, lane text, operation text, module text,
              identity_field text, identity_value text, identity_numeric boolean, fields jsonb, trigger jsonb,
              when_converted text, effect_key text, link_only boolean, makes jsonb, makes_keys jsonb, needs jsonb,
              lookups jsonb, position bigint)
     where not exists (
       select 1 from ledger.kept_effects k where k.connection_id = r.connection_id and k.effect_key = r.effect_key)
     order by r.position
        on conflict (connection_id, effect_key) where effect_key is not null do nothing
    returning id::text, operation`.execute(trx);
  await cancelWaiting(
    trx,
    inserted.filter(({ operation }) => operation === 'delete').map(({ id }) => id),
  );
  for (const id of new Set(commands.map(({ origin }) => origin.connectionId))) {
    await sql`select pg_notify(${COMMANDS_CHANNEL}, ${id})`.execute(trx);
  }
}

function toRow({ origin, command }: NewCommand, position: number): Record<string, unknown> {
  return {
    connection_id: origin.connectionId,
    record_key: recordKeyOf(command),
    product: origin.product,
    entity_type: origin.entityType,
    entity_id: origin.entityId,
    mapping: origin.mapping,
    mapping_version: origin.mappingVersion,
    event_id: origin.eventId,
    occurred_at: origin.occurredAt,
    lane: origin.lane,
    operation: command.operation,
    module: command.module,
    identity_field: command.identity.field,
    identity_value: String(command.identity.value),
    identity_numeric: typeof command.identity.value === 'number',
    fields: command.fields,
    trigger: command.trigger,
    when_converted: command.whenConverted,
    effect_key: command.effectKey ?? null,
    link_only: command.linkOnly ?? false,
    makes: command.makes ?? [],
    makes_keys: (command.makes ?? []).map((record) => recordKeyOf(record)),
    needs: needsOf(command),
    lookups: lookupsOf(command),
    position,
  };
}

/** What cannot make its record waits until somebody else has: an effect, and a write to what a conversion makes. */
function needsOf(command: Command): string[] {
  const makesItsRecord = command.operation === 'delete' || (command.operation === 'write' && command.linkOnly !== true);
  return makesItsRecord ? [] : [recordKeyOf(command)];
}

function lookupsOf({ fields }: Command): string[] {
  return [...new Set(Object.values(fields).flatMap((value) => linkedKeyOf(value) ?? []))];
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
