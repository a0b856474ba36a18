import { randomUUID } from 'node:crypto';
import { headerText } from '#contracts';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { until } from './until.ts';

export interface SeenRecord {
  readonly eventId: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: string;
}

/** Everything that a read_committed consumer sees in a topic from its beginning, until `enough` says so. */
export async function readCommitted(options: {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupPrefix: string;
  readonly enough: (seen: readonly SeenRecord[]) => boolean;
}): Promise<SeenRecord[]> {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const consumer = createKafka({ brokers: options.brokers, clientId: 'causeway-test', logger }).consumer({
    groupId: `${options.groupPrefix}${randomUUID()}`,
    readUncommitted: false,
  });
  const seen: SeenRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: options.topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message, partition }) => {
        const eventId = headerText(message.headers ?? {}, 'ce_id') ?? '';
        seen.push({ eventId, key: message.key?.toString() ?? '', partition, offset: message.offset });
        return Promise.resolve();
      },
    });
    await until('the records in Kafka', () => Promise.resolve(options.enough(seen) ? true : null));
    return seen;
  } finally {
    await consumer.disconnect();
  }
}
