import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { BatchRecord } from './consumer/record.batch.ts';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/** A part of a partition; `end` is not in it. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
  /** Behind the last record that the partition has, or had when it was asked. */
  readonly last: bigint;
  /** Only records of this time, in milliseconds since the epoch; `to` is not in it. */
  readonly from?: number;
  readonly to?: number;
}

/**
 * Tells the records of a range that are committed, from record batches that were read in order without regard to transactions. Records wait
 * for the marker of their transaction, which may stand behind the range; those of an aborted one are left out.
 */
export class CommittedRecords {
  readonly #range: PartitionRange;
  /** Records of transactions whose marker has not come yet, by producer. */
  readonly #undecided = new Map<bigint, BatchRecord[]>();

  constructor(range: PartitionRange) {
    this.#range = range;
  }

  /** Records wait for a marker. */
  get isOpen(): boolean {
    return this.#undecided.size > 0;
  }

  /** Records that are known to be committed with this batch. */
  settle(batch: RecordsBatch): BatchRecord[] {
    const { attributes, producerId, records } = batch;
    const open = this.#undecided.get(producerId) ?? [];
    if ((attributes & CONTROL) !== 0) {
      this.#undecided.delete(producerId);
      // A marker's key is its version and its type, 16 bits each.
      return records[0]?.key?.readInt16BE(2) === COMMIT ? open : [];
    }
    const read = records
      .filter((record) => this.#isWithin(batch, record))
      .map((one) => recordOf(this.#range, batch, one));
    if ((attributes & TRANSACTIONAL) === 0 || read.length === 0) return read;
    for (const record of read) open.push(record);
    this.#undecided.set(producerId, open);
    return [];
  }

  #isWithin({ firstOffset, firstTimestamp }: RecordsBatch, { offsetDelta, timestampDelta }: KafkaRecord): boolean {
    const { start, end, from = -Infinity, to = Infinity } = this.#range;
    const offset = firstOffset + BigInt(offsetDelta);
    const timestamp = Number(firstTimestamp + timestampDelta);
    return offset >= start && offset < end && timestamp >= from && timestamp < to;
  }
}

/** A record of a batch, as consumers see it. */
export function recordOf(
  { topic, partition }: Pick<PartitionRange, 'topic' | 'partition'>,
  { firstOffset, firstTimestamp }: RecordsBatch,
  { offsetDelta, timestampDelta, key, value, headers }: KafkaRecord,
): BatchRecord {
  const named: BatchRecord['headers'] = {};
  for (const [name, text] of headers) named[String(name)] = text ?? undefined;
  return {
    topic,
    partition,
    offset: String(firstOffset + BigInt(offsetDelta)),
    timestamp: Number(firstTimestamp + timestampDelta),
    key: key ?? null,
    value: value ?? null,
    headers: named,
  };
}
