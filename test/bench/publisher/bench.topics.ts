import { randomBytes } from 'node:crypto';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { deleteTopics } from '#system';

/** The broker says when it appended a record; the producer's clock would say when it was made. */
const BY_APPEND_TIME = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];

/** Makes the topic of one run, under a prefix of its own. */
export async function createBenchTopic(
  brokers: readonly string[],
  options: { readonly name: string; readonly partitions: number },
): Promise<{ readonly prefix: string; readonly topic: string; drop(): Promise<void> }> {
  const logger = createLogger({ service: 'bench', level: 'silent' });
  const admin = createKafka({ brokers, clientId: 'causeway-bench', logger }).admin();
  const prefix = `bench-${randomBytes(4).toString('hex')}.`;
  const topic = `${prefix}${options.name}`;
  await admin.connect();
  try {
    const configEntries = BY_APPEND_TIME;
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: options.partitions, replicationFactor: 1, configEntries }],
    });
  } finally {
    await admin.disconnect();
  }
  return { prefix, topic, drop: () => deleteTopics(brokers, prefix) };
}
