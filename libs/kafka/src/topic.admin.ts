import kafkajs, { type Admin } from 'kafkajs';
import { setTimeout as wait } from 'node:timers/promises';
import { CausewayError } from '#contracts';
import type { KafkaClient } from './kafka.client.ts';
import { asKafkaError, namesKafkaError } from './kafka-error.policy.ts';
import { DEFAULT_MAX_MESSAGE_BYTES } from './producer.port.ts';

// kafkajs is CommonJS, and Node finds only some of its names; this one comes with the default export alone.
const { ConfigResourceTypes } = kafkajs;

/** How long a topic that was just created may be unknown to the brokers, and how often they are asked, in milliseconds. */
const KNOWN_AFTER_MS = 10_000;
const ASK_AGAIN_MS = 50;

export interface TopicState {
  readonly partitions: number;
  /** Most bytes of one record batch. */
  readonly maxMessageBytes: number;
}

export interface TopicDeclaration {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** Topic settings by Kafka's names. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Declares and describes topics. Connects at the first call. */
export class TopicAdmin {
  readonly #kafka: KafkaClient;
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor(kafka: KafkaClient) {
    this.#kafka = kafka;
    this.#admin = kafka.admin();
  }

  /** What there is of a topic; undefined when it does not exist. */
  async describe(topic: string): Promise<TopicState | undefined> {
    try {
      await this.#connect();
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions.length ?? 0;
      return { partitions, maxMessageBytes: await this.#maxMessageBytes(topic) };
    } catch (error) {
      if (namesKafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return undefined;
      throw asKafkaError(error, { topic });
    }
  }

  /**
   * Creates the topic if it is missing and describes it; one that exists is left as it is.
   * @throws CausewayError `TOPIC_MISSING` when it can neither be found nor created
   */
  async ensure({ topic, partitions, replication, settings = {} }: TopicDeclaration): Promise<TopicState> {
    const found = await this.describe(topic);
    if (found !== undefined) return found;
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    try {
      await this.#admin.createTopics({
        // kafkajs gives up at once when the broker it asks has not heard of the topic yet; `#untilKnown` waits for that.
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor: replication, configEntries }],
      });
    } catch (error) {
      const { message } = asKafkaError(error);
      throw new CausewayError('TOPIC_MISSING', { details: { topic, reason: message }, cause: error });
    }
    return this.#untilKnown(topic);
  }

  /** A new topic, ours or that of a process that created it at the same time, reaches the brokers one after another. */
  async #untilKnown(topic: string): Promise<TopicState> {
    for (let waited = 0; waited < KNOWN_AFTER_MS; waited += ASK_AGAIN_MS) {
      const created = await this.describe(topic);
      if (created !== undefined && created.partitions > 0) return created;
      await wait(ASK_AGAIN_MS);
    }
    throw new CausewayError('TOPIC_MISSING', { details: { topic } });
  }

  async close(): Promise<void> {
    await this.#connected?.catch(() => undefined);
    await this.#admin.disconnect();
  }

  async #connect(): Promise<void> {
    this.#connected ??= this.#kafka.checkAccess().then(() => this.#admin.connect());
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }

  /** The topic's own setting, else the broker's; Kafka's default where describing settings is not allowed. */
  async #maxMessageBytes(topic: string): Promise<number> {
    try {
      const { resources } = await this.#admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
      });
      const value = Number(resources[0]?.configEntries[0]?.configValue);
      return value > 0 ? value : DEFAULT_MAX_MESSAGE_BYTES;
    } catch (error) {
      if (namesKafkaError(error, 'TOPIC_AUTHORIZATION_FAILED')) return DEFAULT_MAX_MESSAGE_BYTES;
      throw error;
    }
  }
}
