import { sql, type QueryExecutorProvider } from 'kysely';
import { EVENT_HEADERS, headerText, type Headers } from '#contracts';
import type { EventRecord } from './event.record.ts';
import { storableText } from './storable.policy.ts';

/** A record that cannot be used, with the reason. */
export interface SetAsideRecord {
  readonly record: EventRecord;
  readonly code: string;
  readonly field: string | null;
  /** Its id is in the inbox: when it comes again from Kafka it is dropped, and a redrive folds it all the same. */
  readonly admitted: boolean;
}

/** Keeps records whole, so that they can be redriven. Read twice (a crash before the offset's commit): kept once. */
export async function storeSetAside(trx: QueryExecutorProvider, setAside: readonly SetAsideRecord[]): Promise<void> {
  if (setAside.length === 0) return;
  const rows = JSON.stringify(
    setAside.map(({ record, code, field, admitted }) => ({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      event_id: textOf(record.headers, EVENT_HEADERS.id),
      event_type: textOf(record.headers, EVENT_HEADERS.type),
      subject: textOf(record.headers, EVENT_HEADERS.subject),
      tenant_id: textOf(record.headers, EVENT_HEADERS.tenantId),
      code,
      field,
      admitted,
      key: record.key?.toString('base64') ?? null,
      value: record.value?.toString('base64') ?? null,
      headers: textHeaders(record.headers),
    })),
  );
  await sql`
    insert into relay.set_aside
      (topic, partition, "offset", event_id, event_type, subject, tenant_id, code, field, admitted, record_key, record_value, record_headers)
    select topic, partition, "offset", event_id, event_type, subject, tenant_id, code, field, admitted,
           decode(key, 'base64'), decode(value, 'base64'), headers
      from jsonb_to_recordset(${rows}::jsonb)
             as r (topic text, partition integer, "offset" bigint, event_id text, event_type text, subject text,
                   tenant_id text, code text, field text, admitted boolean, key text, value text, headers jsonb)
        on conflict (topic, partition, "offset") do nothing`.execute(trx);
}

function textOf(headers: Headers, name: string): string | null {
  const text = headerText(headers, name);
  return text === undefined ? null : storableText(text);
}

/** Headers as text, as far as jsonb can hold it. */
function textHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [storableText(name), textOf(headers, name) ?? '']));
}
