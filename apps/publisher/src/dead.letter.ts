import { DEAD_LETTER_HEADERS, EVENT_HEADERS, type ErrorCode } from '#contracts';
import {
  BATCH_OVERHEAD,
  DEFAULT_MAX_MESSAGE_BYTES,
  partitionOf,
  recordBytes,
  type ProducerRecord,
  type TopicState,
} from '#kafka';
import type { OutboxRow } from './outbox.columns.ts';

/** A row that cannot be produced as it is. `reason` names columns and sizes, never a value. */
export interface Poison {
  readonly reason: string;
  /** `OUTBOX_ROW_INVALID` unless given. */
  readonly error?: ErrorCode;
  /** Where it should have gone, as far as that is known. */
  readonly topic?: string;
  readonly row: OutboxRow | undefined;
  /** The record as it would have been, where it came so far. */
  readonly record?: ProducerRecord;
}

export interface DeadLetterTarget {
  readonly topic: string;
  /** The event's `source` attribute. */
  readonly source: Buffer;
  readonly state: TopicState | undefined;
}

const INVALID: ErrorCode = 'OUTBOX_ROW_INVALID';
const TRUE = Buffer.from('true');

/** The record that stands for a poison row: what can be said of the event, the reason, and the payload if it fits. */
export function deadLetter(poison: Poison, { topic, source, state }: DeadLetterTarget): ProducerRecord {
  const { row, record } = poison;
  const headers = new Map(record?.headers ?? knownAttributes(row, source));
  headers.set(DEAD_LETTER_HEADERS.error, Buffer.from(poison.error ?? INVALID));
  headers.set(DEAD_LETTER_HEADERS.source, source);
  if (record !== undefined) headers.set(DEAD_LETTER_HEADERS.whole, TRUE);
  headers.set(DEAD_LETTER_HEADERS.reason, Buffer.from(poison.reason));
  if (poison.topic !== undefined) headers.set(DEAD_LETTER_HEADERS.topic, Buffer.from(poison.topic));
  const key = record?.key ?? row?.partitionKey ?? row?.aggregateId ?? null;
  const partition = key === null || state === undefined ? 0 : partitionOf(key, state.partitions);
  const whole = { topic, partition, key, value: record?.value ?? row?.payload ?? null, headers };
  if (recordBytes(whole) + BATCH_OVERHEAD <= (state?.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES)) return whole;
  headers.set(DEAD_LETTER_HEADERS.valueOmitted, TRUE);
  return { ...whole, value: null };
}

function knownAttributes(row: OutboxRow | undefined, source: Buffer): Map<string, Buffer> {
  const headers = new Map([[EVENT_HEADERS.source as string, source]]);
  const known = [
    [EVENT_HEADERS.id, row?.id],
    [EVENT_HEADERS.type, row?.eventType],
    [EVENT_HEADERS.subject, row?.aggregateId],
    [EVENT_HEADERS.tenantId, row?.tenantId],
  ] as const;
  for (const [name, value] of known) if (value) headers.set(name, value);
  return headers;
}
