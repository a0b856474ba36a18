import { headerNameBytes } from './header.names.ts';
import type { ProducerRecord } from './producer.port.ts';

/** Longest forms of what a record (format v2) holds beside its texts: length, attributes, time, offset, two lengths, count. */
const RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5;
const HEADER_OVERHEAD = 5 + 5;

/** Bytes before the first record of a batch. A topic's `max.message.bytes` limits batch overhead and records together. */
export const BATCH_OVERHEAD = 61;

/** The most bytes that a record can take within an uncompressed record batch. */
export function recordBytes(record: Pick<ProducerRecord, 'key' | 'value' | 'headers' | 'bytes'>): number {
  if (record.bytes !== undefined) return record.bytes;
  let bytes = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers)
    bytes += HEADER_OVERHEAD + headerNameBytes(name).length + (value?.length ?? 0);
  return bytes;
}
