import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { kafkaOptions, loadConfig, processOptions, publisherOptions } from '#config';
import { topicNames } from '#contracts';
import { BatchStrategy, TopicAdmin, createKafka, kafkaConnection } from '#kafka';
import { Shutdown, createLogger } from '#observability';
import { createPool } from '#postgres';
import { WorkLoop } from '#workers';
import { telecom } from '../telecom/telecom.part.ts';
import { portal } from './portal.part.ts';

const { sourceName, sourceUrl } = publisherOptions;
const OPTIONS = { ...processOptions, ...kafkaOptions, sourceName, sourceUrl };

/** What was set aside and is asked for again is looked for this often. */
const BESIDE_MS = 2000;

/**
 * One of the demo's products as far as it hears of the CRM, by its name: `telecom`, or else `portal`. A Kafka consumer with an inbox; it
 * knows no CRM client.
 */
export async function startProduct(): Promise<void> {
  const config = loadConfig(OPTIONS);
  const part = config.sourceName === 'telecom' ? telecom : portal;
  const logger = createLogger({ service: 'product', level: config.logLevel });
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
  shutdown.onSignals();
  if (config.exitWithParent) shutdown.onParentGone();
  const pool = createPool({ url: config.sourceUrl, max: 4, applicationName: `${config.sourceName}-product`, logger });
  shutdown.add('postgres', () => pool.end());
  await pool.query(part.migration);

  const prefix = config.topicPrefix ?? '';
  const topics = part.modules.map((module) => topicNames(prefix).crm(module));
  const kafka = createKafka({ ...kafkaConnection(config), clientId: `${config.sourceName}-product`, logger });
  const admin = new TopicAdmin(kafka);
  for (const topic of topics) {
    await admin.ensure({ topic, partitions: config.topicPartitions, replication: config.topicReplication });
  }
  await admin.close();
  const group = `${config.sourceName}.crm`;
  const { module, beside } = part.open({ pool, group, logger });
  const subscriptions = { [part.pattern]: topics };
  const strategy = new BatchStrategy({ kafka, groupId: `${prefix}${group}`, subscriptions, logger });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { strategy, logger: false });
  await app.listen();
  shutdown.add('consumer', () => app.close());
  if (beside !== undefined) {
    const loop = new WorkLoop({ name: 'redrive', concurrency: 1, logger, round: beside, pollMs: BESIDE_MS });
    loop.start();
    shutdown.add('redrive', () => loop.stop());
  }
  logger.info({ topics }, 'consuming');
}
