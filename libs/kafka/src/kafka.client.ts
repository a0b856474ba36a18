import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Logger } from '#observability';
import { kafkajsLogCreator } from './kafkajs.logger.ts';
import { checkAccess } from './security/access.check.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';
import { kafkajsSecurity } from './security/kafkajs.security.ts';

/**
 * How long before its end a login is renewed, with the next request; kafkajs's own 10 s would renew one of less than that with every request,
 * which a broker refuses within a second.
 */
const RENEW_LOGIN_MS = 3000;

export interface KafkaOptions extends KafkaConnection {
  readonly clientId: string;
  readonly logger: Logger;
  /** Tries of one request before it fails; kafkajs's own default is 5. */
  readonly retry?: KafkaConfig['retry'];
}

/** A kafkajs client that can be asked whether it is let in. */
export class KafkaClient extends Kafka {
  readonly #options: KafkaOptions;

  constructor(options: KafkaOptions) {
    const { brokers, clientId, logger, retry, security } = options;
    super({
      clientId,
      brokers: [...brokers],
      connectionTimeout: 5000,
      reauthenticationThreshold: RENEW_LOGIN_MS,
      logLevel: logLevel.INFO,
      logCreator: kafkajsLogCreator(logger),
      ...kafkajsSecurity(security),
      ...(retry === undefined ? {} : { retry }),
    });
    this.#options = options;
  }

  /**
   * Asks before kafkajs itself tries, again and again. A broker that does not answer is no refusal.
   * @throws CausewayError `KAFKA_TLS_REFUSED` or `KAFKA_ACCESS_DENIED`
   */
  checkAccess(): Promise<void> {
    return checkAccess(this.#options, this.#options.clientId);
  }
}

/** A kafkajs client for consumers, admin and Nest's transport, with its log lines in ours. */
export function createKafka(options: KafkaOptions): KafkaClient {
  return new KafkaClient(options);
}
