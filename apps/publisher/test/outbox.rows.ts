import { Row, type Relation } from '#replication';
import type { OutboxRow } from '../src/outbox.columns.ts';

export type RowText = Partial<Record<keyof OutboxRow, string | null>>;

/** A row of outbox.events in Postgres's text output; what is left out is as it should be. */
export function outboxRow(change: RowText = {}): OutboxRow {
  const given: Record<keyof OutboxRow, string | null> = {
    id: '018f3c5e-7b1a-7cc0-8a3f-1234567890ab',
    aggregateType: 'order',
    aggregateId: '42',
    eventType: 'order.placed',
    eventVersion: '1',
    partitionKey: null,
    tenantId: 'acme',
    payload: '{"a": 1}',
    headers: '{}',
    occurredAt: '2026-01-02 03:04:05+00',
    ...change,
  };
  const columns = Object.entries(given).map(([name, text]) => [name, text === null ? null : Buffer.from(text)]);
  return Object.fromEntries(columns) as OutboxRow;
}

const COLUMNS: Record<keyof OutboxRow, string> = {
  id: 'id',
  aggregateType: 'aggregate_type',
  aggregateId: 'aggregate_id',
  eventType: 'event_type',
  eventVersion: 'event_version',
  partitionKey: 'partition_key',
  tenantId: 'tenant_id',
  payload: 'payload',
  headers: 'headers',
  occurredAt: 'occurred_at',
};

const RELATION: Relation = { id: 1, schema: 'outbox', table: 'events', columns: Object.values(COLUMNS) };

/** The same row as the stream gives it. */
export function rowOfStream(change: RowText = {}, relation: Relation = RELATION): Row {
  const row = outboxRow(change);
  const columns = new Map(Object.entries(row).map(([name, bytes]) => [COLUMNS[name as keyof OutboxRow], bytes]));
  // Something stands before the row, as in a frame.
  const pieces = [Buffer.from('before')];
  const bounds: number[] = [];
  let at = 6;
  for (const column of relation.columns) {
    const bytes = columns.get(column) ?? null;
    bounds.push(bytes === null ? -1 : at, bytes === null ? -1 : at + bytes.length);
    at += bytes?.length ?? 0;
    pieces.push(bytes ?? Buffer.alloc(0));
  }
  return new Row(relation, { frame: Buffer.concat(pieces), bounds });
}
