import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import { CausewayError } from '#contracts';
import { asKafkaError, delayUnlessRefused, platformaticConnection, type KafkaConnection } from '#kafka';
import { CLIENT_ID } from '../slot/position.side.ts';

/** A record as a read_committed consumer sees it. */
export interface CommittedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, Buffer>;
}

const [TRANSACTIONAL, CONTROL, COMMIT] = [0x10, 0x20, 1];
const FETCH_BYTES = 4 * 1024 * 1024;
const RETRIES = 5;
const RETRY_MS = 100;
/** Empty answers in a row after which the records are taken to be gone (retention ran meanwhile). */
const EMPTY_ANSWERS = 50;

/**
 * Gives every committed record of a topic, partition by partition, to `onRecord`. Joins no group: that costs seconds and leaves
 * one behind. Records of transactions that are still open are not given.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED` or `TOPIC_MISSING`
 */
export async function readCommitted(
  { topic, ...connection }: KafkaConnection & { readonly topic: string },
  onRecord: (record: CommittedRecord) => void,
): Promise<void> {
  await using reader = new CommittedReader({ ...connection, topic, onRecord });
  await reader.advance();
}

/** What of a partition has been read; records whose transaction had no end then wait for it. */
interface Progress {
  offset: bigint;
  readonly undecided: Map<bigint, CommittedRecord[]>;
}

/**
 * Reads on where it was each time, up to the last record there is. It decides by the markers itself: the last stable offset would
 * be held back by any open transaction, and the client gives aborted records away when their marker comes with a later fetch.
 */
export class CommittedReader implements AsyncDisposable {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #onRecord: (record: CommittedRecord) => void;
  readonly #progress = new Map<number, Progress>();

  constructor(
    options: KafkaConnection & { readonly topic: string; readonly onRecord: (record: CommittedRecord) => void },
  ) {
    this.#topic = options.topic;
    this.#onRecord = options.onRecord;
    this.#consumer = new Consumer({
      clientId: CLIENT_ID,
      // Never joined; the client wants a name.
      groupId: `${CLIENT_ID}-direct`,
      ...platformaticConnection(options),
      retries: RETRIES,
      retryDelay: delayUnlessRefused(RETRY_MS),
    });
    this.#consumer.topics.track(this.#topic);
  }

  async advance(): Promise<void> {
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const ask = async (timestamp: bigint): Promise<bigint[]> =>
      (await this.#consumer.listOffsets({ topics: [this.#topic], timestamp, isolationLevel })).get(this.#topic) ?? [];
    try {
      const [starts, ends] = [await ask(ListOffsetTimestamps.EARLIEST), await ask(ListOffsetTimestamps.LATEST)];
      // One after the other: fetches of one client share a session per broker.
      for (const [partition, end] of ends.entries()) {
        const progress = this.#progress.get(partition) ?? { offset: starts[partition] ?? 0n, undecided: new Map() };
        this.#progress.set(partition, progress);
        await this.#readPartition({ partition, end }, progress);
      }
    } catch (error) {
      throw asKafkaError(error, { topic: this.#topic });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.close(true).catch(() => undefined);
  }

  async #readPartition({ partition, end }: { partition: number; end: bigint }, progress: Progress): Promise<void> {
    const found = (await this.#consumer.metadata({ topics: [this.#topic] })).topics.get(this.#topic);
    const leader = found?.partitions[partition]?.leader;
    if (found === undefined || leader === undefined)
      throw new CausewayError('TOPIC_MISSING', { details: { topic: this.#topic } });
    for (let empty = 0; progress.offset < end && empty < EMPTY_ANSWERS; empty += 1) {
      const response = await this.#consumer.fetch({
        node: leader,
        isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
        maxWaitTime: 100,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [{ topicId: found.id, partitions: [wanted(partition, progress.offset)] }],
      });
      for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
        const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        // The broker gives the whole batch that an offset lies in.
        if (next <= progress.offset) continue;
        [progress.offset, empty] = [next, 0];
        this.#take(partition, { batch, undecided: progress.undecided });
      }
    }
  }

  #take(partition: number, given: { readonly batch: FetchedBatch; readonly undecided: Progress['undecided'] }): void {
    const { batch, undecided } = given;
    const { producerId, attributes } = batch;
    if ((attributes & CONTROL) !== 0) {
      // A marker's key is its version and its type, 16 bits each.
      if (batch.records[0]?.key?.readInt16BE(2) === COMMIT) undecided.get(producerId)?.forEach(this.#onRecord);
      undecided.delete(producerId);
      return;
    }
    const records = batch.records.map((record) => ({
      partition,
      offset: batch.firstOffset + BigInt(record.offsetDelta),
      timestamp: Number(batch.firstTimestamp + record.timestampDelta),
      key: record.key ?? null,
      value: record.value ?? null,
      headers: new Map([...record.headers].map(([name, value]) => [String(name), Buffer.from(value ?? '')])),
    }));
    if ((attributes & TRANSACTIONAL) === 0) records.forEach(this.#onRecord);
    else undecided.set(producerId, [...(undecided.get(producerId) ?? []), ...records]);
  }
}

type Fetched = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]['records'];
type FetchedBatch = NonNullable<Fetched>[number];

function wanted(partition: number, fetchOffset: bigint) {
  return { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
}
