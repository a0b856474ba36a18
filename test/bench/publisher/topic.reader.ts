import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';

/** What a fetched record batch is asked for. */
type FetchedBatch = Readonly<{
  attributes: number;
  firstOffset: bigint;
  lastOffsetDelta: number;
  maxTimestamp: bigint;
  records: readonly { readonly key?: Buffer | null; readonly value?: Buffer | null; readonly timestampDelta: bigint }[];
}>;

const FETCH_BYTES = 8 * 1024 * 1024;
const CONTROL = 0x20;

/** Reads the topic of a run by plain fetches of its partitions: no group, and no pause that a consumer's own loop would add. */
export class TopicReader implements AsyncDisposable {
  readonly #consumer: Consumer;
  readonly #topic: string;
  #place: { readonly topicId: string; readonly leader: number; readonly partitions: number } | undefined;

  constructor(brokers: readonly string[], topic: string) {
    this.#topic = topic;
    const clientId = 'causeway-bench-reader';
    this.#consumer = new Consumer({ clientId, groupId: clientId, bootstrapBrokers: [...brokers], retries: 20 });
    this.#consumer.topics.track(topic);
  }

  /** Offsets behind the last record of each partition; with `stable` only what is committed counts. */
  async ends(options: { readonly stable: boolean }): Promise<bigint[]> {
    const isolationLevel = options.stable ? FetchIsolationLevels.READ_COMMITTED : FetchIsolationLevels.READ_UNCOMMITTED;
    const asked = { topics: [this.#topic], timestamp: ListOffsetTimestamps.LATEST, isolationLevel };
    return (await this.#consumer.listOffsets(asked)).get(this.#topic) ?? [];
  }

  /** One fetch of all partitions, of what is committed; waits for records up to `maxWaitMs`. `offsets` go forward. */
  async fetch(offsets: bigint[], maxWaitMs: number): Promise<FetchedBatch[]> {
    const { topicId, leader } = await this.#whereIsIt();
    const response = await this.#consumer.fetch({
      node: leader,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topicId, partitions: offsets.map((fetchOffset, partition) => asked(partition, fetchOffset)) }],
    });
    const batches: FetchedBatch[] = [];
    for (const { partitionIndex, records } of response.responses[0]?.partitions ?? []) {
      for (const batch of records ?? []) {
        const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        // The broker gives the whole batch that an offset lies in.
        if (next <= (offsets[partitionIndex] ?? 0n)) continue;
        offsets[partitionIndex] = next;
        if ((batch.attributes & CONTROL) === 0) batches.push(batch);
      }
    }
    return batches;
  }

  async partitions(): Promise<number> {
    return (await this.#whereIsIt()).partitions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.close(true);
  }

  async #whereIsIt() {
    if (this.#place !== undefined) return this.#place;
    const found = (await this.#consumer.metadata({ topics: [this.#topic] })).topics.get(this.#topic);
    const leader = found?.partitions[0]?.leader;
    if (found === undefined || leader === undefined) throw new Error(`no topic ${this.#topic}`);
    // One broker serves the bench; with several, each would have to be asked for its own partitions.
    if (found.partitions.some((partition) => partition.leader !== leader))
      throw new Error('the bench wants all partitions on one broker');
    this.#place = { topicId: found.id, leader, partitions: found.partitionsCount };
    return this.#place;
  }
}

function asked(partition: number, fetchOffset: bigint) {
  return { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
}
