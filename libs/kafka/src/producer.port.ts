import type { KafkaConnection } from './security/kafka.connection.ts';

/** A record as it shall lie in Kafka, byte for byte. */
export interface ProducerRecord {
  readonly topic: string;
  /** Absent: the one that Java's default partitioner picks for the key. */
  readonly partition?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, Buffer | null>;
  /** Milliseconds since 1970; absent: when it is produced. */
  readonly timestamp?: number;
  /** What `recordBytes` said, where the caller has asked already. */
  readonly bytes?: number;
  /** Called once it is stored: the memory that it lies in may be used for something else. */
  release?(): void;
}

/**
 * A producer whose records appear to read_committed consumers all or none. One transactional.id has one live producer:
 * `init` fences every older one. Records of one topic and partition keep their order.
 *
 * After any error a producer is spent: whether the transaction was committed is not known then. Close it, make a new one; its
 * `init` settles what the old one left open, and only then can be read what Kafka holds.
 */
export interface TransactionalProducer {
  /**
   * Takes the transactional.id over and waits until its last transaction is settled.
   * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_TLS_REFUSED` or `KAFKA_ACCESS_DENIED`
   */
  init(): Promise<void>;
  /**
   * Stores all records in one Kafka transaction. One at a time. An empty list does nothing.
   * @throws CausewayError `PUBLISHER_FENCED`, `TOPIC_MISSING`, `BATCH_REFUSED`, `KAFKA_UNREACHABLE` or `KAFKA_ACCESS_DENIED`
   */
  sendTransaction(records: readonly ProducerRecord[]): Promise<void>;
  /**
   * Milliseconds until a transaction is likely to be let in at once, 0 when it is now: the broker puts off what comes too close behind
   * the last one. Whoever waits for it may go on collecting.
   */
  readonly restMs: number;
  /** Leaves the transactional.id as it is: an open transaction is aborted by the next `init`, or by its timeout. */
  close(): Promise<void>;
}

/** Steps of `sendTransaction`, each told when it is done. There is a `records sent` for every send of a transaction. */
export type ProducerStep = 'transaction begun' | 'records sent' | 'before commit' | 'commit answered';

export interface ProducerOptions extends KafkaConnection {
  readonly clientId: string;
  readonly transactionalId: string;
  /** The broker aborts a transaction that is open for longer; `sendTransaction` gives up after the same time. */
  readonly transactionTimeoutMs: number;
  /** Most bytes of one record batch in a topic (`max.message.bytes`). */
  readonly maxBatchBytes?: (topic: string) => number;
  /** For tests that end a process between two steps; what it throws fails the transaction. */
  readonly onStep?: (step: ProducerStep) => void;
}

/** Kafka's own default for `max.message.bytes`. */
export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;
