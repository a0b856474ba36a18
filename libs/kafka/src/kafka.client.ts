import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Logger } from '#observability';
import { kafkajsLogCreator } from './kafkajs.logger.ts';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  /** Tries of one request before it fails; kafkajs's own default is 5. */
  readonly retry?: KafkaConfig['retry'];
}

/** A kafkajs client for consumers, admin and Nest's transport, with its log lines in ours. */
export function createKafka({ brokers, clientId, logger, retry }: KafkaOptions): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 5000,
    logLevel: logLevel.INFO,
    logCreator: kafkajsLogCreator(logger),
    ...(retry === undefined ? {} : { retry }),
  });
}
