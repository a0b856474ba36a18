import type { Admin, Message, Producer, TopicMessages } from 'kafkajs';
import type { Logger } from '#observability';
import { withDeadline } from './deadline.ts';
import { createKafka, type KafkaClient } from './kafka.client.ts';
import { asKafkaError } from './kafka-error.policy.ts';
import { partitionOf } from './murmur2.partitioner.ts';
import { inPartition } from './packed.record.ts';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  type ProducerOptions,
  type ProducerRecord,
  type ProducerStep,
  type TransactionalProducer,
} from './producer.port.ts';
import { splitIntoSends, type PartitionBatch, type PlacedRecord } from './send.splitter.ts';
import { SettleGauge } from './settle.gauge.ts';

/**
 * kafkajs waits 300 ms and more after CONCURRENT_TRANSACTIONS, which every transaction gets that follows closely on another
 * (tulios/kafkajs#304); the Java client waits 20 ms. What is still put off after two seconds ends the producer, and the next one
 * tries again; connecting is tried as often.
 */
const RETRY = { initialRetryTime: 5, factor: 0, multiplier: 1, maxRetryTime: 50, retries: 300 };

/** `TransactionalProducer` on kafkajs. */
export class KafkajsProducer implements TransactionalProducer {
  readonly #kafka: KafkaClient;
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #partitions = new Map<string, number>();
  readonly #timeoutMs: number;
  readonly #maxBatchBytes: (topic: string) => number;
  readonly #onStep: ((step: ProducerStep) => void) | undefined;
  readonly #gauge = new SettleGauge();
  /** Requests of this transaction that add partitions: each send has one, and those that are put off another. */
  #additions = 0;

  constructor(options: ProducerOptions & { readonly logger: Logger }) {
    this.#timeoutMs = options.transactionTimeoutMs;
    this.#maxBatchBytes = options.maxBatchBytes ?? (() => DEFAULT_MAX_MESSAGE_BYTES);
    this.#onStep = options.onStep;
    const { brokers, security, clientId, logger } = options;
    this.#kafka = createKafka({ brokers, security, clientId, logger, retry: RETRY });
    this.#admin = createKafka({ brokers, security, clientId, logger }).admin();
    this.#producer = this.#kafka.producer({
      transactionalId: options.transactionalId,
      transactionTimeout: options.transactionTimeoutMs,
      idempotent: true,
      maxInFlightRequests: 1,
      // Every message comes with its partition; kafkajs leaves it to the partitioner to respect that.
      createPartitioner:
        () =>
        ({ message: { partition } }) =>
          partition ?? 0,
    });
    this.#producer.on(this.#producer.events.REQUEST, ({ payload: { apiName } }) => {
      if (apiName === 'AddPartitionsToTxn') this.#additions += 1;
    });
  }

  get restMs(): number {
    return this.#gauge.remainingMs(performance.now());
  }

  async init(): Promise<void> {
    await this.#run('init', async () => {
      await this.#kafka.checkAccess();
      await this.#producer.connect();
      // The producer id is asked for with the first transaction; one that nothing was sent in leaves no trace.
      const transaction = await this.#producer.transaction();
      await transaction.abort();
    });
  }

  async sendTransaction(records: readonly ProducerRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#run('transaction', async () => {
      const placed = await this.#place(records);
      this.#gauge.begun(performance.now());
      this.#additions = 0;
      const transaction = await this.#producer.transaction();
      this.#onStep?.('transaction begun');
      let sends = 0;
      for (const send of splitIntoSends(placed, this.#maxBatchBytes)) {
        await transaction.sendBatch({ topicMessages: byTopic(send), acks: -1 });
        sends += 1;
        this.#onStep?.('records sent');
      }
      this.#onStep?.('before commit');
      await transaction.commit();
      if (this.#additions > sends) this.#gauge.putOff();
      this.#gauge.ended(performance.now());
      this.#onStep?.('commit answered');
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
  }

  async #place(records: readonly ProducerRecord[]): Promise<PlacedRecord[]> {
    const unplaced = records.filter(({ partition, key }) => partition === undefined && key !== null);
    const unknown = new Set(unplaced.map(({ topic }) => topic).filter((topic) => !this.#partitions.has(topic)));
    if (unknown.size > 0) {
      await this.#admin.connect();
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [...unknown] });
      for (const { name, partitions } of topics) this.#partitions.set(name, partitions.length);
    }
    return records.map((record) => {
      const { partition, topic, key } = record;
      if (partition !== undefined) return record as PlacedRecord;
      return inPartition(record, key === null ? 0 : partitionOf(key, this.#partitions.get(topic) ?? 1));
    });
  }

  async #run(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await withDeadline(work(), { ms: this.#timeoutMs, what });
    } catch (error) {
      throw asKafkaError(error, { what });
    }
  }
}

function byTopic(batches: readonly PartitionBatch[]): TopicMessages[] {
  const topics = Map.groupBy(batches.flat(), ({ topic }) => topic);
  return [...topics].map(([topic, records]) => ({ topic, messages: records.map(asMessage) }));
}

function asMessage({ partition, key, value, headers, timestamp }: PlacedRecord): Message {
  // A header that is null is nothing that it can send; whoever has some takes the other client.
  const named = Object.fromEntries(headers) as Record<string, Buffer>;
  return {
    partition,
    key,
    value,
    headers: named,
    ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
  };
}
