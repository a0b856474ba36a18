import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { BatchRecord } from './consumer/record.batch.ts';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/** What of a fetched record batch is looked at; `@platformatic/kafka` gives it in this form. */
export interface ScannedBatch {
  readonly attributes: number;
  readonly producerId: bigint;
  readonly records: readonly { readonly key: Buffer | null | undefined; readonly value: Buffer | null | undefined }[];
}

/**
 * Tells what of record batches is committed; they are read in order and without regard to transactions. What is made of a batch waits for the
 * marker of its transaction; that of an aborted one is left out.
 *
 * Reading read_committed would end at the last stable offset, which any other open transaction in the partition holds back, and the client gives
 * aborted records away when their marker comes with a later fetch. So the markers are read here.
 */
export class CommittedRecords<Batch extends ScannedBatch, Made> {
  readonly #made: (batch: Batch) => readonly Made[];
  /** Of transactions whose marker has not come yet, by producer. */
  readonly #undecided = new Map<bigint, Made[]>();

  constructor(made: (batch: Batch) => readonly Made[]) {
    this.#made = made;
  }

  /** What waits for a marker. */
  get open(): readonly Made[] {
    return [...this.#undecided.values()].flat();
  }

  get isOpen(): boolean {
    return this.#undecided.size > 0;
  }

  /** What is known to be committed with this batch. */
  settle(batch: Batch): readonly Made[] {
    const { attributes, producerId, records } = batch;
    const open = this.#undecided.get(producerId) ?? [];
    if ((attributes & CONTROL) !== 0) {
      this.#undecided.delete(producerId);
      // A marker's key is its version and its type, 16 bits each.
      return records[0]?.key?.readInt16BE(2) === COMMIT ? open : [];
    }
    const made = this.#made(batch);
    if ((attributes & TRANSACTIONAL) === 0 || made.length === 0) return made;
    for (const one of made) open.push(one);
    this.#undecided.set(producerId, open);
    return [];
  }
}

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

/** The records of a range, which may begin and end within a batch. */
export function recordsWithin(range: PartitionRange): (batch: RecordsBatch) => BatchRecord[] {
  const { start, end, from = -Infinity, to = Infinity } = range;
  return (batch) =>
    batch.records.flatMap((record) => {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      const timestamp = Number(batch.firstTimestamp + record.timestampDelta);
      const isWithin = offset >= start && offset < end && timestamp >= from && timestamp < to;
      return isWithin ? recordOf(range, batch, record) : [];
    });
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
