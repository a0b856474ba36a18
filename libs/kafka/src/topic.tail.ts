import { setTimeout as wait } from 'node:timers/promises';
import {
  Consumer,
  FetchIsolationLevels,
  ListOffsetTimestamps,
  type ClusterMetadata,
  type RecordsBatch,
} from '@platformatic/kafka';
import { partitionOf } from './murmur2.partitioner.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';
import { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';

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

const FETCH_BYTES = 4 * 1024 * 1024;
const RETRIES = 20;
const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/**
 * Reads what topics hold from an instant on up to now, partition by partition, without joining a consumer group. Records of
 * aborted and of open transactions are left out.
 * @returns whether a transaction is open, of which more may come
 */
export async function readTail(
  options: TailOptions,
  onRecord: (record: TailRecord) => void,
): Promise<{ readonly isOpen: boolean }> {
  return withTails(options, async (tails) => {
    let isOpen = false;
    for (const tail of tails) isOpen = (await tail.read(options.since, onRecord)) || isOpen;
    return { isOpen };
  });
}

/** The same, and then what comes, until it is ended. `onCaughtUp` is called once, when all that was there has been read. */
export async function followTail(
  options: TailOptions,
  { signal, everyMs }: FollowOptions,
  on: { readonly record: (record: TailRecord) => void; readonly caughtUp: () => void },
): Promise<void> {
  await withTails(options, async (tails) => {
    for (const tail of tails) await tail.read(options.since, on.record);
    on.caughtUp();
    while (!signal.aborted) {
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
      for (const tail of tails) if (!signal.aborted) await tail.readOn(on.record);
    }
  });
}

async function withTails<T>(options: TailOptions, work: (tails: readonly PartitionTail[]) => Promise<T>): Promise<T> {
  const { clientId, topics, key } = options;
  const consumer = new Consumer({
    clientId,
    // Never joined; the client wants a name.
    groupId: `${clientId}-direct`,
    ...platformaticConnection(options),
    retries: RETRIES,
    retryDelay: delayUnlessRefused(RETRY_MS),
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  try {
    const tails: PartitionTail[] = [];
    for (const topic of topics) {
      consumer.topics.track(topic);
      const metadata = await consumer.metadata({ topics: [topic] });
      const partitions = metadata.topics.get(topic)?.partitionsCount ?? 0;
      for (let partition = 0; partition < partitions; partition += 1) {
        if (key !== undefined && partitionOf(key, partitions) !== partition) continue;
        tails.push(new PartitionTail(consumer, { topic, partition, metadata }));
      }
    }
    return await work(tails);
  } finally {
    await consumer.close(true);
  }
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly metadata: ClusterMetadata;
}

class PartitionTail {
  readonly #consumer: Consumer;
  readonly #place: Place;
  /** Records of transactions whose marker has not come yet, by producer. */
  readonly #undecided = new Map<bigint, TailRecord[]>();
  /** First offset that is wanted, and the next one that is read. */
  #start = 0n;
  #next = 0n;

  constructor(consumer: Consumer, place: Place) {
    this.#consumer = consumer;
    this.#place = place;
  }

  /** True when it ends within a transaction. */
  async read(since: number, onRecord: (record: TailRecord) => void): Promise<boolean> {
    const end = await this.#offset(ListOffsetTimestamps.LATEST);
    const start = await this.#offset(since === 0 ? ListOffsetTimestamps.EARLIEST : BigInt(since));
    // The broker answers -1 when no record is as young.
    this.#start = start < 0n ? end : start;
    this.#next = this.#start;
    await this.#readTo(end, onRecord);
    return this.#undecided.size > 0;
  }

  /** What has come since. */
  async readOn(onRecord: (record: TailRecord) => void): Promise<void> {
    await this.#readTo(await this.#offset(ListOffsetTimestamps.LATEST), onRecord);
  }

  async #readTo(end: bigint, onRecord: (record: TailRecord) => void): Promise<void> {
    while (this.#next < end) {
      for (const batch of await this.#fetch(this.#next)) {
        this.#next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        for (const record of this.#settle(batch)) if (record.offset >= this.#start) onRecord(record);
      }
    }
  }

  async #fetch(offset: bigint): Promise<RecordsBatch[]> {
    const { topic, partition, metadata } = this.#place;
    const state = metadata.topics.get(topic);
    const node = state?.partitions[partition]?.leader;
    if (state === undefined || node === undefined) throw new Error(`no leader of ${topic} ${partition}`);
    const { responses } = await this.#consumer.fetch({
      node,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topicId: state.id, partitions: [wanted(partition, offset)] }],
    });
    const batches = responses[0]?.partitions[0]?.records ?? [];
    // The broker gives the whole batch that an offset lies in.
    return batches.filter(({ firstOffset, lastOffsetDelta }) => firstOffset + BigInt(lastOffsetDelta) >= offset);
  }

  /** Records that are known to be committed with this batch. */
  #settle(batch: RecordsBatch): TailRecord[] {
    const { attributes, producerId, records } = batch;
    const open = this.#undecided.get(producerId) ?? [];
    if ((attributes & CONTROL) !== 0) {
      this.#undecided.delete(producerId);
      // A marker's key is its version and its type, 16 bits each.
      return records[0]?.key?.readInt16BE(2) === COMMIT ? open : [];
    }
    const { topic, partition } = this.#place;
    const read = records.map((record) => ({
      topic,
      partition,
      offset: batch.firstOffset + BigInt(record.offsetDelta),
      timestamp: batch.firstTimestamp + record.timestampDelta,
      key: record.key ?? null,
      value: record.value ?? null,
      headers: [...record.headers].map(([name, value]) => [String(name), value ?? null] as const),
    }));
    if ((attributes & TRANSACTIONAL) === 0) return read;
    this.#undecided.set(producerId, [...open, ...read]);
    return [];
  }

  async #offset(timestamp: bigint): Promise<bigint> {
    const { topic, partition } = this.#place;
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const partitions = { [topic]: [partition] };
    const offsets = await this.#consumer.listOffsets({ topics: [topic], partitions, timestamp, isolationLevel });
    return offsets.get(topic)?.[partition] ?? -1n;
  }
}

function wanted(partition: number, fetchOffset: bigint) {
  return { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
}
