import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { sql } from 'kysely';
import { kafkaOptions, loadConfig, processOptions, publisherOptions } from '#config';
import { topicNames } from '#contracts';
import { BatchStrategy, TopicAdmin, createKafka, kafkaConnection } from '#kafka';
import { Shutdown, createLogger } from '#observability';
import { createDatabase, createPool, type ProductDatabase } from '#postgres';
import { LEAD_CHANGES, LeadChangesController } from './lead-changes.controller.ts';
import { LeadChangesService } from './lead-changes.service.ts';
import { PRODUCT_MIGRATION } from './product.migration.ts';

const { sourceName, sourceUrl } = publisherOptions;
const OPTIONS = { ...processOptions, ...kafkaOptions, sourceName, sourceUrl };

@Module({})
class ProductModule {
  static with(service: LeadChangesService): DynamicModule {
    const providers = [{ provide: LeadChangesService, useValue: service }];
    return { module: ProductModule, controllers: [LeadChangesController], providers };
  }
}

/** The product `portal` as far as it hears of the CRM: a Kafka consumer with an inbox. It knows no CRM client. */
export async function startProduct(): Promise<void> {
  const config = loadConfig(OPTIONS);
  const logger = createLogger({ service: 'product', level: config.logLevel });
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
  shutdown.onSignals();
  if (config.exitWithParent) shutdown.onParentGone();
  const pool = createPool({ url: config.sourceUrl, max: 4, applicationName: `${config.sourceName}-product`, logger });
  const db = createDatabase<ProductDatabase>(pool);
  shutdown.add('postgres', () => db.destroy());
  await sql.raw(PRODUCT_MIGRATION).execute(db);

  const prefix = config.topicPrefix ?? '';
  const topic = topicNames(prefix).crm('Leads');
  const kafka = createKafka({ ...kafkaConnection(config), clientId: `${config.sourceName}-product`, logger });
  const admin = new TopicAdmin(kafka);
  await admin.ensure({ topic, partitions: config.topicPartitions, replication: config.topicReplication });
  await admin.close();
  const groupId = `${prefix}${config.sourceName}.crm`;
  const strategy = new BatchStrategy({ kafka, groupId, subscriptions: { [LEAD_CHANGES]: [topic] }, logger });
  const service = new LeadChangesService({ db, logger });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(ProductModule.with(service), {
    strategy,
    logger: false,
  });
  await app.listen();
  shutdown.add('consumer', () => app.close());
  logger.info({ topics: [topic] }, 'consuming');
}
