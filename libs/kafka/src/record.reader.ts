import type { Consumer, RecordsBatch } from '@platformatic/kafka';
import { CausewayError } from '#contracts';
import type { BatchRecord } from './consumer/record.batch.ts';
import { asKafkaError } from './kafka-error.policy.ts';
import { CommittedRecords, recordOf, recordsWithin, type PartitionRange } from './committed.records.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';
import { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';

const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;
const SCAN_BYTES = 4 * 1024 * 1024;
/** For a few records here and there; the broker gives a whole batch all the same. */
const LOOK_BYTES = 64 * 1024;
/** With so many records for each one that is wanted, a look gives hardly more than one of them. */
const SPARSE = 100n;
/** `empty`: empty answers in a row after which the records are taken to be gone (retention ran meanwhile). */
const PATIENCE = { short: { retries: 5, empty: 50 }, long: { retries: 20, empty: Infinity } } as const;
/** What ListOffsets takes for the first record's place and for that behind the last one (KIP-79). */
const [EARLIEST, LATEST] = [-2n, -1n];
/** Of Fetch and ListOffsets: records of open transactions are seen as well (KIP-98). */
const READ_UNCOMMITTED = 0;
/**
 * Times within a partition go up only nearly: a marker has the time of the commit, and may stand before a record that was made earlier. So
 * one reads on for this long behind the end of a time, and looks at each record.
 */
const SLACK_MS = 60_000;

/** A time in milliseconds since the epoch, by when records were produced. */
export interface TimeRange {
  readonly from?: number;
  /** Not included. */
  readonly to?: number;
}

interface RecordReaderOptions extends KafkaConnection {
  readonly clientId: string;
  /** `long`: none may be missed, so it asks until they come; a deadline is the user's affair. Default `short`. */
  readonly patience?: keyof typeof PATIENCE;
}

type Place = Pick<PartitionRange, 'topic' | 'partition'>;

/**
 * Reads past records by offset and by time, without a consumer group: whoever consumes the topic does not notice, and joining one costs seconds.
 * One request at a time: fetches of one client share a session with each broker.
 */
export class RecordReader implements AsyncDisposable {
  readonly #options: RecordReaderOptions;
  #opened: Promise<Consumer> | undefined;
  readonly #emptyAnswers: number;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#emptyAnswers = PATIENCE[options.patience ?? 'short'].empty;
  }

  /**
   * What each partition of a topic holds of a time, found by its index of times. `whole`: the range begins with the partition's very first
   * record, of which retention has taken nothing.
   * @throws CausewayError `TOPIC_MISSING`, `KAFKA_UNREACHABLE`
   */
  async ranges(topic: string, time: TimeRange = {}): Promise<(PartitionRange & { readonly whole: boolean })[]> {
    const { from, to } = time;
    try {
      await this.#topic(topic);
      const [firsts, ends] = [await this.#offsets(topic, EARLIEST), await this.#offsets(topic, LATEST)];
      // The broker answers -1 where no record is as young.
      const starts = from === undefined ? firsts : await this.#offsets(topic, BigInt(from));
      const stops = to === undefined ? ends : await this.#offsets(topic, BigInt(to + SLACK_MS));
      return ends.map((last, partition) => {
        const [start = -1n, stop = -1n] = [starts[partition], stops[partition]];
        const end = stop < 0n ? last : stop;
        return { topic, partition, start: start < 0n ? end : start, end, last, ...time, whole: start === 0n };
      });
    } catch (error) {
      throw asKafkaError(error, { topic });
    }
  }

  /** The committed records of a range, in order; those of transactions that are still open at its end are left out. */
  async *read(range: PartitionRange): AsyncGenerator<readonly BatchRecord[]> {
    const committed = new CommittedRecords(recordsWithin(range));
    for await (const batches of this.#batches(range, () => committed.isOpen)) {
      for (const batch of batches) {
        const records = committed.settle(batch);
        if (records.length > 0) yield records;
      }
    }
  }

  /** The record batches from `start` up to `end`, in order: data and markers, committed or not. */
  batches(range: Omit<PartitionRange, 'last'>): AsyncGenerator<readonly RecordsBatch[]> {
    return this.#batches({ ...range, last: range.end }, () => false);
  }

  /** The same of a short range, all together. */
  async allBatches(range: Omit<PartitionRange, 'last'>): Promise<RecordsBatch[]> {
    const all: RecordsBatch[] = [];
    for await (const batches of this.batches(range)) all.push(...batches);
    return all;
  }

  /** The records at these offsets, which are known to be committed; those that are gone are absent. */
  async at({ topic, partition }: Place, offsets: readonly bigint[]): Promise<BatchRecord[]> {
    const range = (await this.ranges(topic)).find((found) => found.partition === partition);
    if (range === undefined) return [];
    const wanted = new Set(offsets);
    const inOrder = [...wanted].toSorted((a, b) => (a < b ? -1 : 1));
    const span = (inOrder.at(-1) ?? 0n) - (inOrder[0] ?? 0n);
    const bytes = span < SPARSE * BigInt(wanted.size) ? SCAN_BYTES : LOOK_BYTES;
    const found: BatchRecord[] = [];
    let next = range.start;
    for (const offset of inOrder) {
      if (offset < next || offset >= range.end) continue;
      for (const batch of await this.#fetch(range, offset, bytes)) {
        next = endOf(batch, next);
        for (const record of batch.records) {
          if (wanted.has(batch.firstOffset + BigInt(record.offsetDelta)))
            found.push(withoutItsFetch(recordOf(range, batch, record)));
        }
      }
      next = next > offset ? next : offset + 1n;
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.then((consumer) => consumer.close(true)).catch(() => undefined);
  }

  #consumer(): Promise<Consumer> {
    this.#opened ??= open(this.#options);
    return this.#opened;
  }

  /** Behind the end it goes on, a little at a time, while there is more: the marker of the last transaction stands there. */
  async *#batches(range: PartitionRange, wantsMore: () => boolean): AsyncGenerator<readonly RecordsBatch[]> {
    let offset = range.start;
    let under = offset < range.end ? this.#fetch(range, offset, SCAN_BYTES) : undefined;
    for (let empty = 0; under !== undefined && empty < this.#emptyAnswers;) {
      const batches = await under;
      const before = offset;
      offset = batches.reduce((at, batch) => endOf(batch, at), offset);
      empty = offset === before ? empty + 1 : 0;
      // The next part is on its way while this one is worked on.
      under = offset < range.end ? this.#fetch(range, offset, SCAN_BYTES) : undefined;
      under?.catch(() => undefined);
      yield batches;
      if (under === undefined && offset < range.last && wantsMore()) under = this.#fetch(range, offset, LOOK_BYTES);
    }
  }

  async #fetch({ topic, partition }: Place, offset: bigint, bytes: number): Promise<RecordsBatch[]> {
    try {
      const { id: topicId, partitions } = await this.#topic(topic);
      const node = partitions[partition]?.leader;
      if (node === undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic, partition } });
      const consumer = await this.#consumer();
      const { responses } = await consumer.fetch({
        node,
        isolationLevel: READ_UNCOMMITTED,
        maxWaitTime: 100,
        minBytes: 1,
        maxBytes: bytes,
        topics: [{ topicId, partitions: [wanted({ partition, offset, bytes })] }],
      });
      // The broker gives the whole batch that an offset lies in.
      return (responses[0]?.partitions[0]?.records ?? []).filter((batch) => endOf(batch, 0n) > offset);
    } catch (error) {
      throw asKafkaError(error, { topic });
    }
  }

  async #topic(topic: string) {
    const consumer = await this.#consumer();
    if (!consumer.topics.has(topic)) consumer.topics.track(topic);
    const found = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
    if (found === undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic } });
    return found;
  }

  async #offsets(topic: string, timestamp: bigint): Promise<bigint[]> {
    const consumer = await this.#consumer();
    return (
      (await consumer.listOffsets({ topics: [topic], timestamp, isolationLevel: READ_UNCOMMITTED })).get(topic) ?? []
    );
  }
}

/** The client is loaded by who reads: that takes a third of what a service takes to start. */
async function open({ clientId, patience = 'short', ...connection }: RecordReaderOptions): Promise<Consumer> {
  const { Consumer } = await import('@platformatic/kafka');
  return new Consumer({
    clientId,
    // Never joined; the client wants a name.
    groupId: `${clientId}-direct`,
    ...platformaticConnection(connection),
    retries: PATIENCE[patience].retries,
    retryDelay: delayUnlessRefused(RETRY_MS),
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
}

/** A copy: the few that are kept would hold all that was fetched with them. */
function withoutItsFetch({ key, value, headers, ...record }: BatchRecord): BatchRecord {
  const copy = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
  const named = Object.entries(headers).map(([name, text]) => [name, Buffer.isBuffer(text) ? copy(text) : text]);
  return {
    ...record,
    key: copy(key),
    value: copy(value),
    headers: Object.fromEntries(named) as BatchRecord['headers'],
  };
}

export function endOf({ firstOffset, lastOffsetDelta }: RecordsBatch, atLeast: bigint): bigint {
  const end = firstOffset + BigInt(lastOffsetDelta) + 1n;
  return end > atLeast ? end : atLeast;
}

function wanted({ partition, offset, bytes }: { partition: number; offset: bigint; bytes: number }) {
  return {
    partition,
    fetchOffset: offset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: bytes,
  };
}
