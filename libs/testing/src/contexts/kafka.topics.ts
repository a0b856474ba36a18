import { randomBytes } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { silentLogger } from '../loggers.ts';
import { kafkaBrokers } from '../servers.ts';

/** Topics with a prefix of their own in the Kafka of the test run; deleted when disposed of. */
export interface KafkaTopics extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  /** Begins the names of this suite's topics and groups. */
  readonly prefix: string;
  /** Creates `<prefix><name>` and returns that. */
  create(name: string, partitions?: number): Promise<string>;
  /** Appends records to one partition, one after another. */
  produce(topic: string, values: readonly string[], partition?: number): Promise<void>;
  /** The next offset that the group will read of a partition; null before its first commit. */
  committed(groupId: string, topic: string, partition?: number): Promise<string | null>;
}

export async function kafkaTopics(name: string): Promise<KafkaTopics> {
  // Only here: its clients take most of the time in which a suite loads, and few suites that use `#testing` need them.
  const { TopicAdmin, createKafka } = await import('#kafka');
  const prefix = `${name}-${randomBytes(4).toString('hex')}.`;
  const kafka = createKafka({ brokers: kafkaBrokers(), clientId: `${name}-spec`, logger: silentLogger });
  const admin = kafka.admin();
  const topics = new TopicAdmin(kafka);
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  const created: string[] = [];
  return {
    kafka,
    brokers: kafkaBrokers(),
    prefix,
    create: async (short, partitions = 1) => {
      const topic = `${prefix}${short}`;
      await topics.ensure({ topic, partitions, replication: 1 });
      created.push(topic);
      return topic;
    },
    produce: async (topic, values, partition = 0) => {
      await producer.send({ topic, messages: values.map((value) => ({ partition, value })) });
    },
    committed: async (groupId, topic, partition = 0) => {
      const offsets = await admin.fetchOffsets({ groupId, topics: [topic] });
      const found = offsets[0]?.partitions.find((entry) => entry.partition === partition)?.offset;
      return found === undefined || found === '-1' ? null : found;
    },
    [Symbol.asyncDispose]: async () => {
      await producer.disconnect();
      if (created.length > 0) await admin.deleteTopics({ topics: created });
      await topics.close();
      await admin.disconnect();
    },
  };
}
