import type { Kafka } from 'kafkajs';
import { RecordReader } from '../record.reader.ts';
import type { KafkaConnection } from '../security/kafka.connection.ts';
import { NOTHING_WAITS, together, waitingRecords, type Waiting } from './waiting.count.ts';

export interface GroupLagQuery extends KafkaConnection {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  /**
   * For who looks again and again: ranges in which nothing waited, which are not read a second time. What lies between two offsets
   * stays as it is, and a marker that decides about it would stand behind it.
   */
  readonly empty?: EmptyRanges;
}

/** `topic/partition` -> the last range of it in which nothing waited. Begins as an empty map. */
export type EmptyRanges = Map<string, string>;

/** Beyond this many offsets the difference is reported as it is; what is control records does not matter then. */
const EXACT_BELOW = 2000n;

/** Records that a group has not committed yet, over all partitions. */
export async function groupLag(query: GroupLagQuery): Promise<number> {
  return (await groupBacklog(query)).records;
}

/**
 * Records that a group has not committed yet, over all partitions, and when the oldest of them was written. Transactions leave markers
 * behind the last record, and aborted ones their records, which no consumer ever sees, so a small difference is looked into.
 */
export async function groupBacklog({ kafka, groupId, topics, empty, ...connection }: GroupLagQuery): Promise<Waiting> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    let waiting = NOTHING_WAITS;
    for (const { topic, partitions } of committed) {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map((found) => [found.partition, found]));
      for (const { partition, offset } of partitions) {
        const found = ends.get(partition);
        if (found === undefined) continue;
        const start = offset === '-1' ? BigInt(found.low) : BigInt(offset);
        const range = { ...connection, topic, partition, start, end: BigInt(found.high) };
        waiting = together(waiting, await waitingUnlessKnown(range, empty));
      }
    }
    return waiting;
  } finally {
    await admin.disconnect();
  }
}

interface Range extends KafkaConnection {
  readonly topic: string;
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

async function waitingUnlessKnown(range: Range, empty: EmptyRanges = new Map<string, string>()): Promise<Waiting> {
  const [partition, offsets] = [`${range.topic}/${range.partition}`, `${range.start}-${range.end}`];
  if (empty.get(partition) === offsets) return NOTHING_WAITS;
  const waiting = await waitingBetween(range);
  if (waiting.records === 0) empty.set(partition, offsets);
  return waiting;
}

async function waitingBetween({ topic, partition, start, end, ...connection }: Range): Promise<Waiting> {
  if (start >= end) return NOTHING_WAITS;
  await using reader = new RecordReader({ ...connection, clientId: 'causeway-lag', patience: 'long' });
  const range = { topic, partition, start };
  if (end - start <= EXACT_BELOW) return waitingRecords(await reader.allBatches({ ...range, end }));
  const { oldestAt } = waitingRecords(await reader.allBatches({ ...range, end: start + 1n }));
  return { records: Number(end - start), oldestAt };
}
