import { EVENT_HEADERS, sourceOfProduct, type CausewayEvent } from '#contracts';
import type { BatchRecord, RecordBatch } from '#kafka';

/** An event of the product `portal`: what matters to a spec is said, the rest is made up. Subject and key are the same unless said. */
export function anEvent(seed: Partial<CausewayEvent> = {}): CausewayEvent {
  const subject = seed.subject ?? '42';
  return {
    id: 'e1',
    source: sourceOfProduct('portal'),
    type: 'user.created',
    subject,
    time: '2026-03-01T10:00:00Z',
    version: 1,
    tenantId: 'portal',
    key: subject,
    data: {},
    ...seed,
  };
}

/** Where a record stands, and what in it is not as the event says. */
export type RecordSeed = Partial<BatchRecord>;

/** The Kafka record of an event, as the publisher writes it and kafkajs hands it on. */
export function aRecord(event: CausewayEvent, seed: RecordSeed = {}): BatchRecord {
  const headers = {
    [EVENT_HEADERS.id]: event.id,
    [EVENT_HEADERS.source]: event.source,
    [EVENT_HEADERS.type]: event.type,
    [EVENT_HEADERS.subject]: event.subject,
    [EVENT_HEADERS.time]: event.time,
    [EVENT_HEADERS.specversion]: '1.0',
    [EVENT_HEADERS.tenantId]: event.tenantId,
    [EVENT_HEADERS.version]: String(event.version),
    [EVENT_HEADERS.contentType]: 'application/json',
    ...(event.traceparent === undefined ? {} : { [EVENT_HEADERS.traceparent]: event.traceparent }),
  };
  return {
    topic: 'portal.user',
    partition: 0,
    offset: '0',
    timestamp: 1_772_359_200_000,
    key: Buffer.from(event.key),
    value: Buffer.from(JSON.stringify(event.data)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    ...seed,
  };
}

/** Records as one poll batch; those that name no offset of their own stand one after another from `from`. */
export function aBatch(records: readonly BatchRecord[], from = 0): RecordBatch {
  const [first] = records;
  return {
    topic: first?.topic ?? 'portal.user',
    partition: first?.partition ?? 0,
    records: records.map((record, index) => ({ ...record, offset: String(from + index) })),
  };
}
