import type { Kysely } from 'kysely';
import type { Kafka } from 'kafkajs';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { createDatabase, createPool, type IntegrationDatabase, type ProductDatabase } from '#postgres';
import type { SystemDetails } from '#system';
import { SimulatorControl } from './simulator.control.ts';

/** What the story is played with. */
export interface StoryContext {
  readonly system: SystemDetails;
  readonly product: Kysely<ProductDatabase>;
  readonly integration: Kysely<IntegrationDatabase>;
  readonly kafka: Kafka;
  readonly crm: SimulatorControl;
  close(): Promise<void>;
}

export function openStory(system: SystemDetails): StoryContext {
  const productUrl = system.products['portal']?.url ?? '';
  const applicationName = 'causeway-demo';
  const product = createDatabase<ProductDatabase>(createPool({ url: productUrl, max: 4, applicationName }));
  const integration = createDatabase<IntegrationDatabase>(
    createPool({ url: system.integration.url, max: 4, applicationName }),
  );
  const logger = createLogger({ service: 'demo', level: 'silent' });
  const kafka = createKafka({ brokers: system.kafka.brokers, clientId: applicationName, logger });
  const close = async (): Promise<void> => {
    await Promise.all([product.destroy(), integration.destroy()]);
  };
  return { system, product, integration, kafka, crm: new SimulatorControl(system.simulator.url), close };
}
