import { setTimeout as pause } from 'node:timers/promises';
import { CausewayError, topicNames, type TopicNames } from '#contracts';
import {
  POSITIONS_SETTINGS,
  TopicAdmin,
  TopicCatalogue,
  createKafka,
  createTransactionalProducer,
  eventTopicSettings,
  kafkaConnection,
  positionKey,
  positionRecord,
  publisherTransactionalId,
  readParkedKeys,
  readPosition,
  DEAD_LETTER_SETTINGS,
  PARKED_KEYS_SETTINGS,
  type KafkaConnection,
  type ParkedKey,
  type ProducerRecord,
  type TransactionalProducer,
} from '#kafka';
import type { Logger } from '#observability';
import { decodePosition, encodePosition, type StoredPosition } from '#replication';
import { faultPoint } from './fault.points.ts';
import type { SourceConfig } from './publisher.config.ts';

/** Sessions are tried again with backoff, so one need not wait long for a broker that is away. */
const ADMIN_RETRY = { retries: 4, initialRetryTime: 100 };

const CLOSE_PATIENCE_MS = 3000;

interface KafkaParts {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly catalogue: TopicCatalogue;
  readonly producer: TransactionalProducer;
}

/** One session's side of Kafka: topics, the fenced producer and the position. */
export class KafkaSide implements AsyncDisposable {
  readonly topics: TopicNames;
  readonly catalogue: TopicCatalogue;
  /** Where Kafka is and how this session is let in. */
  readonly connection: KafkaConnection;
  readonly #config: SourceConfig;
  readonly #admin: TopicAdmin;
  readonly #producer: TransactionalProducer;
  readonly #key: string;

  private constructor(config: SourceConfig, parts: KafkaParts) {
    this.#config = config;
    this.topics = topicNames(config.topicPrefix);
    this.#key = positionKey(config.sourceName, config.slotName);
    this.connection = parts.connection;
    this.#admin = parts.admin;
    this.catalogue = parts.catalogue;
    this.#producer = parts.producer;
  }

  /** Nothing is connected yet. */
  static async open(config: SourceConfig, logger: Logger): Promise<KafkaSide> {
    const clientId = `causeway-publisher-${config.sourceName}`;
    // Anew for each session: a certificate that was replaced is found by itself.
    const connection = kafkaConnection(config);
    const admin = new TopicAdmin(createKafka({ ...connection, clientId, logger, retry: ADMIN_RETRY }));
    const catalogue = new TopicCatalogue(admin);
    const producer = await createTransactionalProducer(config.producer, {
      ...connection,
      clientId,
      logger,
      transactionalId: publisherTransactionalId({
        topicPrefix: config.topicPrefix,
        source: config.sourceName,
        slot: config.slotName,
      }),
      transactionTimeoutMs: config.transactionTimeout,
      maxBatchBytes: (topic) => catalogue.maxBatchBytes(topic),
      onStep: faultPoint,
    });
    return new KafkaSide(config, { connection, admin, catalogue, producer });
  }

  /** The publisher's own topics. */
  async ensureOwnTopics(): Promise<void> {
    const replication = this.#config.topicReplication;
    await this.catalogue.ensure({
      topic: this.topics.positions,
      partitions: 1,
      replication,
      settings: POSITIONS_SETTINGS,
    });
    const partitions = this.#config.topicPartitions;
    await this.catalogue.ensure({
      topic: this.topics.deadLetters,
      partitions,
      replication,
      settings: DEAD_LETTER_SETTINGS,
    });
  }

  /** The keys that wait behind a poison row. Exact after `takeOver`, like the position. */
  async readParkedKeys(): Promise<ParkedKey[]> {
    const { transactionTimeout: timeoutMs, sourceName: source, slotName: slot } = this.#config;
    const topic = this.topics.parkedKeys;
    const { poison, topicReplication: replication } = this.#config;
    // Where keys are not parked the topic is read all the same: they may have been, and wait until they are released.
    if (poison === 'park-key')
      await this.catalogue.ensure({ topic, partitions: 1, replication, settings: PARKED_KEYS_SETTINGS });
    else if ((await this.#admin.describe(topic)) === undefined) return [];
    const clientId = `causeway-publisher-${source}`;
    return readParkedKeys({ ...this.connection, clientId, topic, timeoutMs }, { source, slot });
  }

  /** Topics that rows go to; created with the declared partitions when they are missing, never inside a transaction. */
  async ensureTopics(topics: Iterable<string>): Promise<void> {
    const { topicPartitions: partitions, topicReplication: replication, topicRetention } = this.#config;
    const settings = eventTopicSettings(topicRetention);
    for (const topic of topics) await this.catalogue.ensure({ topic, partitions, replication, settings });
  }

  /** Fences every older producer of this slot and settles what it left open. */
  takeOver(): Promise<void> {
    return this.#producer.init();
  }

  /** @throws CausewayError `POSITION_UNREADABLE` */
  async readPosition(): Promise<StoredPosition | undefined> {
    const { transactionTimeout: timeoutMs, sourceName } = this.#config;
    const clientId = `causeway-publisher-${sourceName}`;
    const where = { ...this.connection, clientId, topic: this.topics.positions, timeoutMs };
    const value = await readPosition(where, this.#key);
    if (value === undefined) return undefined;
    try {
      return decodePosition(value);
    } catch (error) {
      const details = { topic: this.topics.positions, key: this.#key };
      throw new CausewayError('POSITION_UNREADABLE', { details, cause: error });
    }
  }

  /** Milliseconds for which a batch may go on growing: Kafka would put it off. */
  get restMs(): number {
    return this.#producer.restMs;
  }

  /** One Kafka transaction: the records and the position that is true with them. */
  async store(records: readonly ProducerRecord[], position: StoredPosition): Promise<void> {
    const value = encodePosition(position);
    await this.#producer.sendTransaction([
      ...records,
      positionRecord(this.topics.positions, { key: this.#key, value }),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.allSettled([this.#producer.close(), this.#admin.close()]);
    // A broker that hangs must not keep the next session from starting: its takeover fences this producer anyway.
    await Promise.race([closed, pause(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
}
