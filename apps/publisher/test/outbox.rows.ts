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
