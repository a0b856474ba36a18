import type { Logger } from '#observability';
import { KafkajsProducer } from './kafkajs.producer.ts';
import type { ProducerOptions, TransactionalProducer } from './producer.port.ts';

export const PRODUCER_CLIENTS = ['platformatic', 'kafkajs'] as const;
export type ProducerClient = (typeof PRODUCER_CLIENTS)[number];

/** Makes a producer; it connects with `init`. The client is loaded by who uses it: that takes a third of what a service takes to start. */
export async function createTransactionalProducer(
  client: ProducerClient,
  options: ProducerOptions & { readonly logger: Logger },
): Promise<TransactionalProducer> {
  if (client === 'kafkajs') return new KafkajsProducer(options);
  const { PlatformaticProducer } = await import('./platformatic.producer.ts');
  return new PlatformaticProducer(options);
}
