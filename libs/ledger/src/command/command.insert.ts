import { sql, type QueryExecutorProvider } from 'kysely';
import { recordKeyOf } from '#contracts';
import type { NewCommand } from './command.row.ts';

/** Dispatchers LISTEN on it; the notification goes out when the transaction commits. */
export const COMMANDS_CHANNEL = 'causeway_commands';

/** Appends commands in the order given, in one statement, and wakes the dispatchers when the transaction commits. */
export async function insertCommands(trx: QueryExecutorProvider, commands: readonly NewCommand[]): Promise<void> {
  if (commands.length === 0) return;
  const rows = JSON.stringify(commands.map(toRow));
  await sql`
    insert into ledger.commands
      (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane,
       operation, module, identity_field, identity_value, fields, trigger, when_converted)
    select r.connection_id, r.record_key, r.product, r.entity_type, r.entity_id, r.mapping, r.mapping_version, r.event_id,
           r.occurred_at, r.lane, r.operation, r.module, r.identity_field, r.identity_value, r.fields,
           array(select jsonb_array_elements_text(r.trigger)), r.when_converted
      from jsonb_to_recordset(${rows}::jsonb) as r
             (connection_id text, record_key text, product text, entity_type text, entity_id text, mapping text,
              mapping_version integer, event_id text, occurred_at timestamptz, lane text, operation text, module text,
              identity_field text, identity_value text, fields jsonb, trigger jsonb, when_converted text, position bigint)
     order by r.position`.execute(trx);
  await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
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
    identity_value: command.identity.value,
    fields: command.fields,
    trigger: command.trigger,
    when_converted: command.whenConverted,
    position,
  };
}
