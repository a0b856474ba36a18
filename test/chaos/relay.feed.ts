import type { Kafka, Producer } from 'kafkajs';
import { EVENT_HEADERS, topicNames, type CausewayEvent } from '#contracts';
import { TopicAdmin, createKafka } from '#kafka';
import { createLogger } from '#observability';

const PARTITIONS = 3;

/** Puts events on the product's topic as the publisher does, in order, and keeps what was put there: what the oracle folds. */
export class RelayFeed implements AsyncDisposable {
  readonly prefix: string;
  readonly #kafka: Kafka;
  readonly #producer: Producer;
  readonly #topic: string;
  #delivered: CausewayEvent[] = [];
  /** One after another: a key's events keep their order. */
  #sending: Promise<void> = Promise.resolve();

  private constructor(kafka: Kafka, prefix: string) {
    this.#kafka = kafka;
    this.prefix = prefix;
    this.#topic = topicNames(prefix).product('sites', 'user');
    // A broker that is being restarted is waited for; idempotent, so that no try of one call comes behind the next call.
    this.#producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 1000, maxRetryTime: 1000 },
    });
  }

  static async open(brokers: readonly string[], prefix: string): Promise<RelayFeed> {
    const logger = createLogger({ service: 'chaos', level: 'silent' });
    const kafka = createKafka({
      brokers,
      clientId: 'causeway-chaos',
      logger,
      retry: { retries: 100, maxRetryTime: 1000 },
    });
    const feed = new RelayFeed(kafka, prefix);
    const topics = new TopicAdmin(kafka);
    await topics.ensure({ topic: feed.#topic, partitions: PARTITIONS, replication: 1 });
    await topics.close();
    await feed.#producer.connect();
    return feed;
  }

  /** What is on the topic since `forget`, in the order of each key. */
  get delivered(): readonly CausewayEvent[] {
    return this.#delivered;
  }

  forget(): void {
    this.#delivered = [];
  }

  deliver(events: readonly CausewayEvent[]): Promise<void> {
    this.#sending = this.#sendAfter(this.#sending, events);
    return this.#sending;
  }

  async #sendAfter(before: Promise<void>, events: readonly CausewayEvent[]): Promise<void> {
    await before;
    await this.#producer.send({ topic: this.#topic, messages: events.map(messageOf) });
    this.#delivered.push(...events);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
    const admin = this.#kafka.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(this.prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    // Members that were killed are in the group until their sessions have run out; an empty group is no trouble to anybody.
    await admin.deleteGroups([`${this.prefix}causeway.mapper`]).catch(() => undefined);
    await admin.disconnect();
  }
}

function messageOf(event: CausewayEvent) {
  const headers = {
    [EVENT_HEADERS.id]: event.id,
    [EVENT_HEADERS.source]: event.source,
    [EVENT_HEADERS.type]: event.type,
    [EVENT_HEADERS.subject]: event.subject,
    [EVENT_HEADERS.time]: event.time,
    [EVENT_HEADERS.specversion]: '1.0',
    [EVENT_HEADERS.version]: String(event.version),
    [EVENT_HEADERS.tenantId]: event.tenantId,
    [EVENT_HEADERS.contentType]: 'application/json',
  };
  return { key: event.key, value: JSON.stringify(event.data), headers };
}
