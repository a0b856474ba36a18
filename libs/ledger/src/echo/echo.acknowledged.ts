import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { ClaimedCommand } from '../command/command.row.ts';

/**
 * Values that the records of these commands have for certain, as far as we can know: command id -> field -> value. A value counts
 * when the last thing known of its field is that we sent it to this very record, with an attempt that succeeded. What a person
 * changed since, and was seen, does not count; nor does what went to the record that this entity had before.
 */
export async function readAcknowledged(
  db: QueryExecutorProvider,
  commands: readonly Pick<ClaimedCommand, 'id' | 'connectionId' | 'recordKey' | 'fields'>[],
): Promise<Map<string, Map<string, Json>>> {
  if (commands.length === 0) return new Map();
  const wanted = commands.flatMap(({ id, connectionId, recordKey, fields }) =>
    Object.keys(fields).map((field) => ({ id, connection_id: connectionId, record_key: recordKey, field })),
  );
  // The write that made the record named none: the entity's first link, which came with that outcome or before it, is its record.
  const { rows } = await sql<{ id: string; field: string; value: Json }>`
    select w.id::text, w.field, e.value
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w (id bigint, connection_id text, record_key text, field text)
      join ledger.echoes e
        on e.connection_id = w.connection_id and e.record_key = w.record_key and e.field = w.field and e.source = 'sent'
      join ledger.commands s on s.id = e.sent_by and s.state = 'succeeded' and s.attempts_started = e.sent_attempt
      join ledger.links l
        on l.connection_id = w.connection_id and l.record_key = w.record_key
       and (l.record_id = e.sent_to
            or e.sent_to is null and l.generation = 1 and l.linked_at <= s.finished_at)`.execute(db);
  const found = new Map<string, Map<string, Json>>();
  for (const { id, field, value } of rows) found.set(id, (found.get(id) ?? new Map<string, Json>()).set(field, value));
  return found;
}

/** Nothing is known for certain of these records any more, which are gone or came back: the next write of each is sent whole. */
export async function doubtAllAcknowledged(
  trx: QueryExecutorProvider,
  records: readonly Omit<DoubtedValues, 'fields'>[],
): Promise<void> {
  if (records.length === 0) return;
  const rows = JSON.stringify(
    records.map(({ connectionId, recordKey }) => ({ connection_id: connectionId, record_key: recordKey })),
  );
  await sql`
    update ledger.echoes e set sent_by = null, sent_attempt = null, sent_to = null
      from jsonb_to_recordset(${rows}::jsonb) as r (connection_id text, record_key text)
     where e.connection_id = r.connection_id and e.record_key = r.record_key and e.sent_by is not null`.execute(trx);
}

/**
 * What a record was seen to hold otherwise is not known for certain any more: the next write of it is sent, whatever was sent before.
 * `fields` null: nothing is known of the record, which is gone or came back.
 */
export async function doubtAcknowledged(
  trx: QueryExecutorProvider,
  { connectionId, recordKey, fields }: DoubtedValues,
): Promise<void> {
  await sql`
    update ledger.echoes set sent_by = null, sent_attempt = null, sent_to = null
     where connection_id = ${connectionId} and record_key = ${recordKey} and sent_by is not null
       and (${fields === null} or field = any(${[...(fields ?? [])]}::text[]))`.execute(trx);
}

export interface DoubtedValues {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly fields: readonly string[] | null;
}
