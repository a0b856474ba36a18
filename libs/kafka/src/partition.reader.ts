import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import { CausewayError } from '#contracts';
import type { ScannedBatch } from './committed.scan.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';
import { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';

const FETCH_BYTES = 4 * 1024 * 1024;
const RETRIES = 20;
const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;

export interface PartitionReaderOptions extends KafkaConnection {
  readonly clientId: string;
  readonly topic: string;
  /** Default 0. */
  readonly partition?: number;
}

/**
 * Reads ranges of one partition directly, without joining a consumer group: joining and leaving costs seconds at
 * every start.
 */
export class PartitionReader {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #partition: number;

  constructor(options: PartitionReaderOptions) {
    this.#topic = options.topic;
    this.#partition = options.partition ?? 0;
    this.#consumer = new Consumer({
      clientId: options.clientId,
      // Never joined; the client wants a name.
      groupId: `${options.clientId}-direct`,
      ...platformaticConnection(options),
      retries: RETRIES,
      retryDelay: delayUnlessRefused(RETRY_MS),
      requestTimeout: REQUEST_TIMEOUT_MS,
    });
    this.#consumer.topics.track(options.topic);
  }

  /** First offset there is, and the one behind the last record, committed or not. */
  async offsets(): Promise<{ readonly first: bigint; readonly end: bigint }> {
    const ask = async (timestamp: bigint): Promise<bigint> => {
      const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
      const partitions = { [this.#topic]: [this.#partition] };
      const offsets = await this.#consumer.listOffsets({
        topics: [this.#topic],
        partitions,
        timestamp,
        isolationLevel,
      });
      return offsets.get(this.#topic)?.[this.#partition] ?? 0n;
    };
    return { first: await ask(ListOffsetTimestamps.EARLIEST), end: await ask(ListOffsetTimestamps.LATEST) };
  }

  /** Record batches from `start` up to `end`, data and markers, committed or not. */
  async read(start: bigint, end: bigint): Promise<ScannedBatch[]> {
    const metadata = await this.#consumer.metadata({ topics: [this.#topic] });
    const topic = metadata.topics.get(this.#topic);
    const leader = topic?.partitions[this.#partition]?.leader;
    if (topic === undefined || leader === undefined)
      throw new CausewayError('TOPIC_MISSING', { details: { topic: this.#topic } });
    const batches: ScannedBatch[] = [];
    for (let offset = start; offset < end;) {
      const response = await this.#consumer.fetch({
        node: leader,
        isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
        maxWaitTime: 100,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [{ topicId: topic.id, partitions: [wanted(this.#partition, offset)] }],
      });
      const fetched = response.responses[0]?.partitions[0]?.records ?? [];
      for (const batch of fetched) {
        // The broker gives the whole batch that an offset lies in.
        if (batch.firstOffset + BigInt(batch.lastOffsetDelta) < offset) continue;
        batches.push(batch);
        offset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      }
    }
    return batches;
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }
}

function wanted(partition: number, fetchOffset: bigint) {
  return { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
}
