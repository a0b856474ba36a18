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

interface Range {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

const [TRANSACTIONAL, CONTROL, COMMIT] = [0x10, 0x20, 1];
const FETCH_BYTES = 4 * 1024 * 1024;
const RETRIES = 5;
const RETRY_MS = 100;
/** Empty answers in a row after which the records are taken to be gone (retention ran meanwhile). */
const EMPTY_ANSWERS = 50;

/**
 * Gives every committed record of a topic, partition by partition, to `onRecord`, up to the last stable offset. Joins no
 * group: that costs seconds and leaves one behind.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED` or `TOPIC_MISSING`
 */
export async function readCommitted(
  { topic, ...connection }: KafkaConnection & { readonly topic: string },
  onRecord: (record: CommittedRecord) => void,
): Promise<void> {
  const consumer = new Consumer({
    clientId: CLIENT_ID,
    // Never joined; the client wants a name.
    groupId: `${CLIENT_ID}-direct`,
    ...platformaticConnection(connection),
    retries: RETRIES,
    retryDelay: delayUnlessRefused(RETRY_MS),
  });
  try {
    consumer.topics.track(topic);
    const isolationLevel = FetchIsolationLevels.READ_COMMITTED;
    const ask = async (timestamp: bigint): Promise<bigint[]> =>
      (await consumer.listOffsets({ topics: [topic], timestamp, isolationLevel })).get(topic) ?? [];
    const [starts, ends] = [await ask(ListOffsetTimestamps.EARLIEST), await ask(ListOffsetTimestamps.LATEST)];
    // One after the other: fetches of one client share a session per broker.
    for (const [partition, end] of ends.entries())
      await readPartition(consumer, { topic, range: { partition, start: starts[partition] ?? 0n, end }, onRecord });
  } catch (error) {
    throw asKafkaError(error, { topic });
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

/** Decides by the markers itself: the client gives aborted records away when their marker comes with a later fetch. */
async function readPartition(
  consumer: Consumer,
  given: { readonly topic: string; readonly range: Range; readonly onRecord: (record: CommittedRecord) => void },
): Promise<void> {
  const { topic, onRecord } = given;
  const { partition, start, end } = given.range;
  const found = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
  const leader = found?.partitions[partition]?.leader;
  if (found === undefined || leader === undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic } });
  const undecided = new Map<bigint, CommittedRecord[]>();
  for (let [offset, empty] = [start, 0]; offset < end && empty < EMPTY_ANSWERS; empty += 1) {
    const response = await consumer.fetch({
      node: leader,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topicId: found.id, partitions: [wanted(partition, offset)] }],
    });
    for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
      const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      // The broker gives the whole batch that an offset lies in.
      if (next <= offset) continue;
      [offset, empty] = [next, 0];
      const { producerId, attributes } = batch;
      if ((attributes & CONTROL) !== 0) {
        // A marker's key is its version and its type, 16 bits each.
        if (batch.records[0]?.key?.readInt16BE(2) === COMMIT) undecided.get(producerId)?.forEach(onRecord);
        undecided.delete(producerId);
        continue;
      }
      const records = batch.records.map((record) => ({
        partition,
        offset: batch.firstOffset + BigInt(record.offsetDelta),
        timestamp: Number(batch.firstTimestamp + record.timestampDelta),
        key: record.key ?? null,
        value: record.value ?? null,
        headers: new Map([...record.headers].map(([name, value]) => [String(name), Buffer.from(value ?? '')])),
      }));
      if ((attributes & TRANSACTIONAL) === 0) records.forEach(onRecord);
      else undecided.set(producerId, [...(undecided.get(producerId) ?? []), ...records]);
    }
  }
}

function wanted(partition: number, fetchOffset: bigint) {
  return { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
}
