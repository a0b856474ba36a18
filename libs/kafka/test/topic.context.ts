import { until } from '#testing';
import { randomUUID } from 'node:crypto';
import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import type { Admin } from 'kafkajs';
import { createLogger, type Logger } from '#observability';
import { createKafka } from '../src/kafka.client.ts';
import { namesKafkaError } from '../src/kafka-error.policy.ts';

export { until };

export const logger: Logger = createLogger({ service: 'test', level: 'silent' });

export function brokers(): string[] {
  const list = process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '';
  if (list === '') throw new Error('these tests need CAUSEWAY_KAFKA_BROKERS; npm test sets it');
  return list.split(',');
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Record<string, string>;
}

/** Topics under a prefix of their own, and what a read_committed consumer would see in them. */
export interface TopicContext extends AsyncDisposable {
  readonly prefix: string;
  create(name: string, partitions: number, settings?: Record<string, string>): Promise<string>;
  /** For what tests do to topics beside that. */
  readonly admin: Admin;
  /** Everything up to the last stable offset, partition by partition. */
  readCommitted(topic: string): Promise<ReadRecord[]>;
}

/** @param servers another Kafka than that of the test run */
export async function openTopics(servers: readonly string[] = brokers()): Promise<TopicContext> {
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const admin = createKafka({ brokers: servers, clientId: 'causeway-test', logger }).admin();
  await admin.connect();
  const consumer = new Consumer({ clientId: 'causeway-test', groupId: 'none', bootstrapBrokers: [...servers] });
  return {
    prefix,
    admin,
    create: async (name, numPartitions, settings = {}) => {
      const topic = `${prefix}${name}`;
      const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }],
      });
      return topic;
    },
    readCommitted: (topic) => readTopic(consumer, topic),
    [Symbol.asyncDispose]: async () => {
      await consumer.close(true);
      // Whoever made them: all that begins with the prefix.
      const left = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      // A topic that the test itself has deleted may still be listed.
      if (left.length > 0)
        await admin.deleteTopics({ topics: left }).catch((error: unknown) => {
          if (!namesKafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION')) throw error;
        });
      await admin.disconnect();
    },
  };
}

const [TRANSACTIONAL, CONTROL] = [0x10, 0x20];
const FETCH_BYTES = 8_000_000;

/**
 * Decides by the markers itself: @platformatic/kafka's read_committed gives aborted records away when their marker comes with a
 * later fetch. Waits until every transaction in the topic is settled; a commit is answered before its markers are written.
 */
async function readTopic(consumer: Consumer, topic: string): Promise<ReadRecord[]> {
  consumer.topics.track(topic);
  let ends = await endOffsets(consumer, { topic, isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED });
  await until(async () => {
    const stable = await endOffsets(consumer, { topic, isolationLevel: FetchIsolationLevels.READ_COMMITTED });
    ends = await endOffsets(consumer, { topic, isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED });
    return ends.every((end, partition) => stable[partition] === end);
  });
  // One after the other: fetches of one client share a session per broker.
  const records: ReadRecord[] = [];
  for (const [partition, end] of ends.entries())
    records.push(...(await readPartition(consumer, { topic, partition, end })));
  return records;
}

type Isolation = (typeof FetchIsolationLevels)[keyof typeof FetchIsolationLevels];

async function endOffsets(consumer: Consumer, asked: { topic: string; isolationLevel: Isolation }): Promise<bigint[]> {
  const { topic, isolationLevel } = asked;
  const offsets = await consumer.listOffsets({
    topics: [topic],
    timestamp: ListOffsetTimestamps.LATEST,
    isolationLevel,
  });
  return offsets.get(topic) ?? [];
}

async function readPartition(
  consumer: Consumer,
  { topic, partition, end }: { topic: string; partition: number; end: bigint },
): Promise<ReadRecord[]> {
  const found = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
  if (found === undefined) throw new Error(`no topic ${topic}`);
  const records: (ReadRecord & { producerId: bigint; decided: boolean })[] = [];
  for (let fetchOffset = 0n; fetchOffset < end;) {
    const wanted = {
      partition,
      fetchOffset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      partitionMaxBytes: FETCH_BYTES,
    };
    const response = await consumer.fetch({
      node: found.partitions[partition]?.leader ?? 0,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
      maxWaitTime: 50,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topicId: found.id, partitions: [wanted] }],
    });
    for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
      const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if (next <= fetchOffset) continue;
      fetchOffset = next;
      const { producerId } = batch;
      if ((batch.attributes & CONTROL) !== 0) {
        const committed = batch.records[0]?.key?.readInt16BE(2) === 1;
        const undecided = records.filter((record) => record.producerId === producerId && !record.decided);
        for (const record of undecided) {
          if (committed) record.decided = true;
          else records.splice(records.indexOf(record), 1);
        }
        continue;
      }
      for (const record of batch.records) {
        records.push({
          partition,
          offset: batch.firstOffset + BigInt(record.offsetDelta),
          key: record.key?.toString() ?? null,
          value: record.value?.toString() ?? null,
          headers: Object.fromEntries([...record.headers].map(([name, value]) => [String(name), String(value)])),
          producerId,
          decided: (batch.attributes & TRANSACTIONAL) === 0,
        });
      }
    }
  }
  return records;
}
