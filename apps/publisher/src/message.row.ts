import { z } from 'zod';
import type { Poison } from './dead.letter.ts';
import type { OutboxRow } from './outbox.columns.ts';

const text = z.string().nullish();

/** The first line: the columns of outbox.events but for the payload. Whether they make a record is the encoder's to say. */
const lineSchema = z.strictObject({
  id: text,
  aggregate_type: text,
  aggregate_id: text,
  event_type: text,
  event_version: z.int().nullish(),
  partition_key: text,
  tenant_id: text,
  headers: z.record(z.string(), z.unknown()).nullish(),
  /** As a session in UTC and ISO style writes it, like the rows of the stream. */
  occurred_at: text,
});

const NEWLINE = 0x0a;

/** The row that the content of a logical message stands for: see migrations/product/0004_messages.sql. */
export function readMessageRow(content: Buffer): { readonly row: OutboxRow } | Pick<Poison, 'reason' | 'row'> {
  const end = content.indexOf(NEWLINE);
  if (end === -1)
    return { row: unreadable(content), reason: 'the message has no line of attributes before its payload' };
  const line = lineSchema.safeParse(parse(content.toString('utf8', 0, end)));
  if (!line.success) {
    const [issue] = line.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`;
    return {
      row: unreadable(content),
      reason: `the first line of the message is no JSON object of attributes${where}`,
    };
  }
  const { data } = line;
  return {
    row: {
      id: bytes(data.id),
      aggregateType: bytes(data.aggregate_type),
      aggregateId: bytes(data.aggregate_id),
      eventType: bytes(data.event_type),
      eventVersion: bytes(data.event_version?.toString()),
      partitionKey: bytes(data.partition_key),
      tenantId: bytes(data.tenant_id),
      headers: bytes(data.headers === undefined || data.headers === null ? null : JSON.stringify(data.headers)),
      occurredAt: bytes(data.occurred_at),
      payload: end + 1 === content.length ? null : content.subarray(end + 1),
    },
  };
}

/** All that is known is what was sent: the dead letter holds it whole. */
function unreadable(content: Buffer): OutboxRow {
  return {
    id: null,
    aggregateType: null,
    aggregateId: null,
    eventType: null,
    eventVersion: null,
    partitionKey: null,
    tenantId: null,
    headers: null,
    occurredAt: null,
    payload: content,
  };
}

function bytes(value: string | null | undefined): Buffer | null {
  return value === null || value === undefined ? null : Buffer.from(value);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
