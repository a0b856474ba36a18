import { Admin, Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';

/** A record as it lies in Kafka, byte for byte; headers in their order, as often as they are there. */
export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer | null])[];
}

const FETCH_BYTES = 8 * 1024 * 1024;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/** Reads topics whole, again and again; what is in an aborted or open transaction is not there. */
export class TopicRecords implements AsyncDisposable {
  readonly #admin: Admin;
  readonly #consumer: Consumer;

  constructor(brokers: readonly string[]) {
    const options = { clientId: 'causeway-compat', bootstrapBrokers: [...brokers] };
    this.#admin = new Admin(options);
    this.#consumer = new Consumer({ ...options, groupId: 'causeway-compat', maxBytes: FETCH_BYTES });
  }

  /**
   * All committed records of the topics that begin so, in order of topic, partition and offset; names without the prefix. Null while a
   * transaction is open: its commit reaches one partition after the other.
   */
  async read(prefix: string): Promise<TopicRecord[] | null> {
    const topics = (await this.#admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    const records: TopicRecord[] = [];
    for (const topic of topics.toSorted()) {
      const ends = await this.#ends(topic);
      for (const [partition, end] of ends.entries()) {
        const read = await this.#readPartition({ topic, partition, end });
        if (read === null) return null;
        for (const record of read) records.push({ ...record, topic: topic.slice(prefix.length) });
      }
    }
    return records;
  }

  async deleteTopics(prefix: string): Promise<void> {
    const topics = (await this.#admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await this.#admin.deleteTopics({ topics });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#consumer.close(true), this.#admin.close()]);
  }

  async #ends(topic: string): Promise<bigint[]> {
    this.#consumer.topics.track(topic);
    const metadata = await this.#consumer.metadata({ topics: [topic], forceUpdate: true });
    const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
    const offsets = await this.#consumer.listOffsets({
      topics: [topic],
      partitions: { [topic]: Array.from({ length: count }, (_, partition) => partition) },
      timestamp: ListOffsetTimestamps.LATEST,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
    return offsets.get(topic) ?? [];
  }

  async #readPartition(range: { topic: string; partition: number; end: bigint }): Promise<TopicRecord[] | null> {
    const { topic, partition, end } = range;
    const metadata = await this.#consumer.metadata({ topics: [topic] });
    const found = metadata.topics.get(topic);
    const leader = found?.partitions[partition]?.leader;
    if (found === undefined || leader === undefined) return [];
    const records: TopicRecord[] = [];
    const open = new Map<bigint, TopicRecord[]>();
    for (let offset = 0n; offset < end;) {
      const response = await this.#consumer.fetch({
        node: leader,
        isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
        maxWaitTime: 100,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [
          {
            topicId: found.id,
            partitions: [
              {
                partition,
                fetchOffset: offset,
                currentLeaderEpoch: -1,
                lastFetchedEpoch: -1,
                partitionMaxBytes: FETCH_BYTES,
              },
            ],
          },
        ],
      });
      for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
        offset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        if ((batch.attributes & CONTROL) !== 0) {
          if (batch.records[0]?.key?.readInt16BE(2) === COMMIT) records.push(...(open.get(batch.producerId) ?? []));
          open.delete(batch.producerId);
          continue;
        }
        const read = batch.records.map((record) => ({
          topic,
          partition,
          offset: batch.firstOffset + BigInt(record.offsetDelta),
          timestamp: batch.firstTimestamp + BigInt(record.timestampDelta),
          key: record.key ?? null,
          value: record.value ?? null,
          headers: [...record.headers].map(([name, value]) => [String(name), value ?? null] as const),
        }));
        if ((batch.attributes & TRANSACTIONAL) === 0) records.push(...read);
        else open.set(batch.producerId, [...(open.get(batch.producerId) ?? []), ...read]);
      }
    }
    return open.size === 0 ? records : null;
  }
}
