import type { Logger } from '#observability';
import { KafkajsProducer } from './kafkajs.producer.ts';
import { PlatformaticProducer } from './platformatic.producer.ts';
import type { ProducerOptions, TransactionalProducer } from './producer.port.ts';

export const PRODUCER_CLIENTS = ['platformatic', 'kafkajs'] as const;
export type ProducerClient = (typeof PRODUCER_CLIENTS)[number];

/** Makes a producer; it connects with `init`. */
export function createTransactionalProducer(
  client: ProducerClient,
  options: ProducerOptions & { readonly logger: Logger },
): TransactionalProducer {
  return client === 'kafkajs' ? new KafkajsProducer(options) : new PlatformaticProducer(options);
}
