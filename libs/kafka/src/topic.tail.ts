import { setTimeout as wait } from 'node:timers/promises';
import type { RecordsBatch } from '@platformatic/kafka';
import { CommittedRecords, type PartitionRange } from './committed.records.ts';
import { partitionOf } from './murmur2.partitioner.ts';
import { endOf, RecordReader } from './record.reader.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';

/** A record as it lies in Kafka, byte for byte. */
export interface TailRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In their order, as often as they are there. */
  readonly headers: readonly (readonly [string, Buffer | null])[];
}

export interface TailOptions extends KafkaConnection {
  readonly clientId: string;
  /** Topics that are there. */
  readonly topics: readonly string[];
  /** Records from the first one on that is as young, milliseconds since 1970; 0 for all. */
  readonly since: number;
  /** Only partitions that hold this key. */
  readonly key?: Buffer;
}

export interface FollowOptions {
  /** Ends it; what is under way is read to its end. */
  readonly signal: AbortSignal;
  /** How often it looks for more. Milliseconds. */
  readonly everyMs: number;
}

/**
 * Reads what topics hold from an instant on up to now, partition by partition, without joining a consumer group. Records of
 * aborted and of open transactions are left out.
 * @returns whether a transaction is open, of which more may come
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED` or `TOPIC_MISSING`
 */
export async function readTail(
  options: TailOptions,
  onRecord: (record: TailRecord) => void,
): Promise<{ readonly isOpen: boolean }> {
  await using tail = new TopicTail(options);
  await tail.advance(onRecord);
  return { isOpen: tail.isOpen };
}

/** The same, and then what comes, until it is ended. `onCaughtUp` is called once, when all that was there has been read. */
export async function followTail(
  options: TailOptions,
  { signal, everyMs }: FollowOptions,
  on: { readonly record: (record: TailRecord) => void; readonly caughtUp: () => void },
): Promise<void> {
  await using tail = new TopicTail(options);
  await tail.advance(on.record);
  on.caughtUp();
  while (!signal.aborted) {
    await wait(everyMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await tail.advance(on.record);
  }
}

/** What of a partition has been read; records whose transaction had no end then wait for it. */
interface Progress {
  next: bigint;
  readonly committed: CommittedRecords<RecordsBatch, TailRecord>;
}

/** Reads on where it was each time, up to the last record there is. */
export class TopicTail implements AsyncDisposable {
  readonly #options: TailOptions;
  readonly #reader: RecordReader;
  readonly #progress = new Map<string, Progress>();

  constructor(options: TailOptions) {
    this.#options = options;
    this.#reader = new RecordReader({ ...options, patience: 'long' });
  }

  /** It ended within a transaction. */
  get isOpen(): boolean {
    return [...this.#progress.values()].some(({ committed }) => committed.isOpen);
  }

  async advance(onRecord: (record: TailRecord) => void): Promise<void> {
    const { topics, since, key } = this.#options;
    for (const topic of topics) {
      const ranges = await this.#reader.ranges(topic, since === 0 ? {} : { from: since });
      const wanted = key === undefined ? undefined : partitionOf(key, ranges.length);
      for (const range of ranges) {
        if (wanted === undefined || wanted === range.partition) await this.#readOn(range, onRecord);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }

  async #readOn(range: PartitionRange, onRecord: (record: TailRecord) => void): Promise<void> {
    const { topic, partition, start, last } = range;
    const name = `${topic} ${partition}`;
    const progress = this.#progress.get(name) ?? {
      next: start,
      committed: new CommittedRecords((batch: RecordsBatch) => tailRecords(range, batch)),
    };
    this.#progress.set(name, progress);
    for await (const batches of this.#reader.batches({ topic, partition, start: progress.next, end: last })) {
      for (const batch of batches) {
        progress.next = endOf(batch, progress.next);
        for (const record of progress.committed.settle(batch)) onRecord(record);
      }
    }
  }
}

/** Those from the start on: the broker gives the whole batch that an offset lies in. */
function tailRecords({ topic, partition, start }: PartitionRange, batch: RecordsBatch): TailRecord[] {
  const records = batch.records.map((record) => ({
    topic,
    partition,
    offset: batch.firstOffset + BigInt(record.offsetDelta),
    timestamp: batch.firstTimestamp + record.timestampDelta,
    key: record.key ?? null,
    value: record.value ?? null,
    headers: [...record.headers].map(([name, value]) => [String(name), value ?? null] as const),
  }));
  return records.filter(({ offset }) => offset >= start);
}
