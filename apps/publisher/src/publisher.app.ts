import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { summariseConfig } from '#config';
import { Health, Shutdown, createLogger, createRegistry, startOpsServer } from '#observability';
import { publisherProcessOptions, sourceOfEnvironment, type PublisherConfig } from './publisher.config.ts';
import { createPublisherMetrics } from './publisher.metrics.ts';
import { PublisherModule } from './publisher.module.ts';
import { StateBoard } from './publisher.state.ts';

const SERVICE = 'publisher';

export interface PublisherApp {
  /** Of the operators' endpoints. */
  readonly url: string;
  /** Stops cleanly; the same that SIGTERM does. */
  stop(): Promise<void>;
  /** From now on the process ends after a clean stop on SIGINT or SIGTERM, or when its parent is gone if so configured. */
  stopOnSignals(): void;
}

/** Starts the process: operators' endpoints first, so that they tell why it is not ready yet. */
export async function startPublisher(config: PublisherConfig): Promise<PublisherApp> {
  const logger = createLogger({ service: SERVICE, level: config.logLevel });
  logger.info(summariseConfig(publisherProcessOptions, config), 'starting');
  const registry = createRegistry(SERVICE);
  const health = new Health();
  const metrics = createPublisherMetrics(registry);
  const board = new StateBoard({ health, metrics, logger });
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });

  const ops = await startOpsServer({ host: config.host, port: config.port, health, registry });
  shutdown.add('operators endpoints', () => ops.close());
  logger.info({ url: ops.url }, 'listening');

  // Nest's own start-up lines say nothing that the lines above do not.
  const nest = await NestFactory.createApplicationContext(
    PublisherModule.with({ config: sourceOfEnvironment(config), logger, metrics, board }),
    { logger: false },
  );
  shutdown.add('publisher', () => nest.close());
  const stopOnSignals = (): void => {
    shutdown.onSignals();
    if (config.exitWithParent) shutdown.onParentGone();
  };
  return { url: ops.url, stop: () => shutdown.run(), stopOnSignals };
}
