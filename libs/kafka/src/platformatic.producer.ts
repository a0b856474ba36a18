import type { ClusterMetadata } from '@platformatic/kafka';
import { CausewayError } from '#contracts';
import { BatchBuffers } from './batch.buffers.ts';
import { BatchSequences } from './batch.sequences.ts';
import { withDeadline } from './deadline.ts';
import { EncodedProducer, type EncodedBatch } from './encoded.produce.ts';
import { asKafkaError, namesKafkaError } from './kafka-error.policy.ts';
import { partitionOf } from './murmur2.partitioner.ts';
import { inPartition } from './packed.record.ts';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  type ProducerOptions,
  type ProducerRecord,
  type ProducerStep,
  type TransactionalProducer,
} from './producer.port.ts';
import { encodeRecordBatch } from './record.batch.encoder.ts';
import { checkAccess } from './security/access.check.ts';
import { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';
import { splitIntoSends, type PlacedRecord } from './send.splitter.ts';
import { SettleGauge } from './settle.gauge.ts';

/** The coordinator writes its markers after it answered, so a transaction close behind another is put off: look again soon. */
const CONCURRENT_RETRY_MS = 1;
const SOON_ATTEMPTS = 200;
const RETRY_MS = 100;
const RETRIES = 400;
/** A topic that is not there is asked for again like everything else, so that alone ends sooner. */
const METADATA_RETRIES = 20;
const METADATA_AGE_MS = 60_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** `TransactionalProducer` on @platformatic/kafka: the faster one. */
export class PlatformaticProducer implements TransactionalProducer {
  readonly #producer: EncodedProducer;
  readonly #checkAccess: () => Promise<void>;
  readonly #sequences = new BatchSequences();
  readonly #buffers = new BatchBuffers();
  readonly #gauge = new SettleGauge();
  readonly #timeoutMs: number;
  readonly #maxBatchBytes: (topic: string) => number;
  readonly #onStep: ((step: ProducerStep) => void) | undefined;

  constructor(options: ProducerOptions) {
    this.#timeoutMs = options.transactionTimeoutMs;
    this.#maxBatchBytes = options.maxBatchBytes ?? (() => DEFAULT_MAX_MESSAGE_BYTES);
    this.#onStep = options.onStep;
    this.#checkAccess = () => checkAccess(options, options.clientId);
    this.#producer = new EncodedProducer({
      clientId: options.clientId,
      ...platformaticConnection(options),
      transactionalId: options.transactionalId,
      idempotent: true,
      // Unless told otherwise it asks as producer 0 in epoch 0, which fences every start but the first for ever.
      producerId: -1n,
      producerEpoch: -1,
      // Besides requests this one is the transaction's timeout at the coordinator.
      timeout: options.transactionTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      metadataMaxAge: METADATA_AGE_MS,
      retries: RETRIES,
      retryDelay: delayUnlessRefused((...[, , attempt, , error]) => {
        if (attempt > SOON_ATTEMPTS || !namesKafkaError(error, 'CONCURRENT_TRANSACTIONS')) return RETRY_MS;
        this.#gauge.putOff();
        return CONCURRENT_RETRY_MS;
      }),
    });
  }

  get restMs(): number {
    return this.#gauge.remainingMs(performance.now());
  }

  async init(): Promise<void> {
    await this.#run('init', async () => {
      await this.#checkAccess();
      // The producer id is asked for with the first transaction; one that nothing was sent in leaves no trace.
      const transaction = await this.#producer.beginTransaction();
      await transaction.cancel();
    });
  }

  async sendTransaction(records: readonly ProducerRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#run('transaction', async () => {
      const topics = [...new Set(records.map(({ topic }) => topic))];
      const metadata = await this.#producer.metadata({ topics, retries: METADATA_RETRIES });
      const placed = records.map((record) => place(record, metadata));
      this.#gauge.begun(performance.now());
      const transaction = await this.#producer.beginTransaction();
      this.#onStep?.('transaction begun');
      for (const send of splitIntoSends(placed, this.#maxBatchBytes)) {
        await transaction.send({ messages: send.map((batch) => this.#encode(batch)) });
        this.#onStep?.('records sent');
      }
      this.#onStep?.('before commit');
      await transaction.commit();
      this.#gauge.ended(performance.now());
      this.#onStep?.('commit answered');
      this.#buffers.release();
    });
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  #encode(records: readonly PlacedRecord[]): EncodedBatch {
    const { producerId, producerEpoch } = this.#producer;
    const [first] = records;
    if (first === undefined || producerId === undefined || producerEpoch === undefined) {
      throw new CausewayError('BATCH_REFUSED', { details: { reason: 'no producer id, or nothing to send' } });
    }
    const { topic, partition } = first;
    const firstSequence = this.#sequences.take(`${topic}/${partition}`, records.length);
    const identity = { producerId, producerEpoch, firstSequence, timestamp: Date.now() };
    return { topic, partition, value: encodeRecordBatch(records, identity, (bytes) => this.#buffers.take(bytes)) };
  }

  async #run(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await withDeadline(work(), { ms: this.#timeoutMs, what });
    } catch (error) {
      throw asKafkaError(error, { what });
    }
  }
}

function place(record: ProducerRecord, metadata: ClusterMetadata): PlacedRecord {
  const { partition, topic, key } = record;
  if (partition !== undefined) return record as PlacedRecord;
  const count = metadata.topics.get(topic)?.partitionsCount ?? 1;
  return inPartition(record, key === null ? 0 : partitionOf(key, count));
}
