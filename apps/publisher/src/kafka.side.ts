import { setTimeout as pause } from 'node:timers/promises';
import { CausewayError, topicNames, type TopicNames } from '#contracts';
import {
  POSITIONS_SETTINGS,
  TopicAdmin,
  TopicCatalogue,
  createKafka,
  createTransactionalProducer,
  kafkaConnection,
  positionKey,
  positionRecord,
  readPosition,
  type KafkaConnection,
  type ProducerRecord,
  type TransactionalProducer,
} from '#kafka';
import type { Logger } from '#observability';
import { decodePosition, encodePosition, type StoredPosition } from '#replication';
import type { SourceConfig } from './publisher.config.ts';

/** Dead letters may be larger than what the topics of events take: that is one reason to be one. */
const DEAD_LETTER_SETTINGS = { 'max.message.bytes': String(16 * 1024 * 1024) };

/** Sessions are tried again with backoff, so one need not wait long for a broker that is away. */
const ADMIN_RETRY = { retries: 4, initialRetryTime: 100 };

const CLOSE_PATIENCE_MS = 3000;

/** One session's side of Kafka: topics, the fenced producer and the position. */
export class KafkaSide implements AsyncDisposable {
  readonly topics: TopicNames;
  readonly catalogue: TopicCatalogue;
  readonly #config: SourceConfig;
  readonly #connection: KafkaConnection;
  readonly #admin: TopicAdmin;
  readonly #producer: TransactionalProducer;
  readonly #key: string;

  constructor(config: SourceConfig, logger: Logger) {
    this.#config = config;
    this.topics = topicNames(config.topicPrefix);
    this.#key = positionKey(config.sourceName, config.slotName);
    const clientId = `causeway-publisher-${config.sourceName}`;
    // Anew for each session: a certificate that was replaced is found by itself.
    this.#connection = kafkaConnection(config);
    this.#admin = new TopicAdmin(createKafka({ ...this.#connection, clientId, logger, retry: ADMIN_RETRY }));
    this.catalogue = new TopicCatalogue(this.#admin);
    this.#producer = createTransactionalProducer(config.producer, {
      ...this.#connection,
      clientId,
      logger,
      transactionalId: transactionalId(config),
      transactionTimeoutMs: config.transactionTimeout,
      maxBatchBytes: (topic) => this.catalogue.maxBatchBytes(topic),
    });
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

  /** Topics that rows go to; created with the declared partitions when they are missing, never inside a transaction. */
  async ensureTopics(topics: Iterable<string>): Promise<void> {
    const { topicPartitions: partitions, topicReplication: replication } = this.#config;
    for (const topic of topics) await this.catalogue.ensure({ topic, partitions, replication });
  }

  /** Fences every older producer of this slot and settles what it left open. */
  takeOver(): Promise<void> {
    return this.#producer.init();
  }

  /** @throws CausewayError `POSITION_UNREADABLE` */
  async readPosition(): Promise<StoredPosition | undefined> {
    const { transactionTimeout: timeoutMs, sourceName } = this.#config;
    const clientId = `causeway-publisher-${sourceName}`;
    const where = { ...this.#connection, clientId, topic: this.topics.positions, timeoutMs };
    const value = await readPosition(where, this.#key);
    if (value === undefined) return undefined;
    try {
      return decodePosition(value);
    } catch (error) {
      const details = { topic: this.topics.positions, key: this.#key };
      throw new CausewayError('POSITION_UNREADABLE', { details, cause: error });
    }
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

/** One live producer a slot: all publishers of it share this id, and the last to take over wins. */
export function transactionalId(config: Pick<SourceConfig, 'sourceName' | 'slotName' | 'topicPrefix'>): string {
  return `${config.topicPrefix ?? ''}causeway.publisher.${config.sourceName}.${config.slotName}`;
}
