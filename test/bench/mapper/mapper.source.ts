import type { createKafka } from '#kafka';
import { siteEvents } from './site.events.ts';
import { messageOf } from './site.message.ts';

type Kafka = ReturnType<typeof createKafka>;

/** Messages of one request to Kafka. */
const AT_A_TIME = 2000;

export interface Backlog {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly events: number;
  readonly usersAtOnce: number;
  readonly onProgress: (done: number) => void;
}

/** Writes events into the product's topic as a publisher would: key, CloudEvents headers, JSON. */
export async function writeBacklog({ kafka, topic, events, usersAtOnce, onProgress }: Backlog): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  try {
    let [messages, done] = [[] as ReturnType<typeof messageOf>[], 0];
    const flush = async (): Promise<void> => {
      if (messages.length > 0) await producer.send({ topic, messages });
      done += messages.length;
      messages = [];
      onProgress(done);
    };
    for (const event of siteEvents({ count: events, atOnce: usersAtOnce })) {
      messages.push(messageOf(event));
      if (messages.length === AT_A_TIME) await flush();
    }
    await flush();
  } finally {
    await producer.disconnect();
  }
}

/** True when the group has committed everything that stands in the topic. */
export async function isDrained(
  admin: ReturnType<Kafka['admin']>,
  { topic, groupId }: { topic: string; groupId: string },
): Promise<boolean> {
  const [committed, ends] = await Promise.all([
    admin.fetchOffsets({ groupId, topics: [topic] }),
    admin.fetchTopicOffsets(topic),
  ]);
  const reached = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return ends.every(({ partition, high }) => high === '0' || (reached.get(partition) ?? -1) >= Number(high));
}
