import type { Kafka } from 'kafkajs';
import { PartitionReader } from '../partition.reader.ts';
import type { KafkaConnection } from '../security/kafka.connection.ts';
import { waitingRecords } from './waiting.count.ts';

export interface GroupLagQuery extends KafkaConnection {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** Beyond this many offsets the difference is reported as it is; what is control records does not matter then. */
const EXACT_BELOW = 2000n;

/**
 * Records that a group has not committed yet, over all partitions. Transactions leave markers behind the last record, and
 * aborted ones their records, which no consumer ever sees, so a small difference is looked into.
 */
export async function groupLag({ kafka, groupId, topics, ...connection }: GroupLagQuery): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    let lag = 0;
    for (const { topic, partitions } of committed) {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map((found) => [found.partition, found]));
      for (const { partition, offset } of partitions) {
        const found = ends.get(partition);
        if (found === undefined) continue;
        const start = offset === '-1' ? BigInt(found.low) : BigInt(offset);
        lag += await recordsBetween({ ...connection, topic, partition, start, end: BigInt(found.high) });
      }
    }
    return lag;
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

async function recordsBetween({ topic, partition, start, end, ...connection }: Range): Promise<number> {
  if (start >= end) return 0;
  if (end - start > EXACT_BELOW) return Number(end - start);
  const reader = new PartitionReader({ ...connection, clientId: 'causeway-lag', topic, partition });
  try {
    return waitingRecords(await reader.read(start, end));
  } finally {
    await reader.close();
  }
}
