import type { Consumer, Kafka } from 'kafkajs';
import { headerText, topicNames } from '#contracts';
import { TopicAdmin, createKafka } from '#kafka';
import { createLogger } from '#observability';
import type { SeenRow } from './campaign.checker.ts';
import { KINDS } from './campaign.source.ts';

export const SOURCE_NAME = 'shop';
const PARTITIONS = 3;

/** One read_committed consumer over a whole campaign. kafkajs, because the other client hands out aborted records. */
export class CommittedReader implements AsyncDisposable {
  readonly prefix: string;
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #offsets = new Map<string, bigint>();
  #seen: SeenRow[] = [];

  private constructor(parts: { prefix: string; kafka: Kafka; consumer: Consumer }) {
    this.prefix = parts.prefix;
    this.#kafka = parts.kafka;
    this.#consumer = parts.consumer;
  }

  static async open(brokers: readonly string[], prefix: string): Promise<CommittedReader> {
    const logger = createLogger({ service: 'chaos', level: 'silent' });
    const kafka = createKafka({ brokers, clientId: 'causeway-chaos', logger, retry: { retries: 20 } });
    const topics = KINDS.map((kind) => topicNames(prefix).product(SOURCE_NAME, kind));
    const admin = new TopicAdmin(kafka);
    for (const topic of topics) await admin.ensure({ topic, partitions: PARTITIONS, replication: 1 });
    await admin.close();
    const consumer = kafka.consumer({ groupId: `${prefix}chaos`, readUncommitted: false, maxWaitTimeInMs: 100 });
    const reader = new CommittedReader({ prefix, kafka, consumer });
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch: { topic, partition, messages } }) => {
        for (const { key, value, headers, offset } of messages) {
          if (!reader.#isNew(`${topic}-${partition}`, BigInt(offset))) continue;
          const id = headerText(headers ?? {}, 'ce_id') ?? '';
          reader.#seen.push({ id, key: String(key), topic, partition, payload: String(value) });
        }
        return Promise.resolve();
      },
    });
    return reader;
  }

  /** What came since `forget`, in the order of its coming. */
  get seen(): readonly SeenRow[] {
    return this.#seen;
  }

  forget(): void {
    this.#seen = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.disconnect();
    const admin = this.#kafka.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(this.prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await admin.deleteGroups([`${this.prefix}chaos`]);
    await admin.disconnect();
  }

  /** A consumer that joins its group again reads records once more; a doubled record has an offset of its own. */
  #isNew(place: string, offset: bigint): boolean {
    if (offset <= (this.#offsets.get(place) ?? -1n)) return false;
    this.#offsets.set(place, offset);
    return true;
  }
}
