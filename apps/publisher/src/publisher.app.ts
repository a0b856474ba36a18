import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { publisherOptions, summariseConfig } from '#config';
import {
  Health,
  Shutdown,
  createLogger,
  createRegistry,
  startOpsServer,
  type Logger,
  type Registry,
} from '#observability';
import { publisherProcessOptions, type PublisherSetup, type SourceConfig } from './publisher.config.ts';
import { createPublisherMetrics } from './publisher.metrics.ts';
import { PublisherModule } from './publisher.module.ts';
import type { ServiceParts } from './publisher.service.ts';
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
export async function startPublisher({ process: config, sources }: PublisherSetup): Promise<PublisherApp> {
  const logger = createLogger({ service: SERVICE, level: config.logLevel });
  logger.info({ ...summariseConfig(publisherProcessOptions, config), sources: sources.length }, 'starting');
  const registry = createRegistry(SERVICE);
  const health = new Health();
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });

  const ops = await startOpsServer({ host: config.host, port: config.port, health, registry });
  shutdown.add('operators endpoints', () => ops.close());
  logger.info({ url: ops.url }, 'listening');

  const services = sources.map((source) => partsOf(source, { logger, registry, health }));
  // Nest's own start-up lines say nothing that the lines above do not.
  const nest = await NestFactory.createApplicationContext(PublisherModule.with(services), { logger: false });
  shutdown.add('publisher', () => nest.close());
  const stopOnSignals = (): void => {
    shutdown.onSignals();
    if (config.exitWithParent) shutdown.onParentGone();
  };
  return { url: ops.url, stop: () => shutdown.run(), stopOnSignals };
}

/** What belongs to one source alone: its log lines, metrics and entry in /ready bear its name. */
function partsOf(
  config: SourceConfig,
  shared: { readonly logger: Logger; readonly registry: Registry; readonly health: Health },
): ServiceParts {
  const source = config.sourceName;
  const logger = shared.logger.child({ source });
  const metrics = createPublisherMetrics(shared.registry, source);
  const board = new StateBoard({ source, health: shared.health, metrics, logger });
  // Without it a process whose sources have not begun yet would seem ready.
  board.enter('starting');
  const { sourceName: _name, sourcesFile: _file, preset: _preset, outboxTable: _table, ...rest } = publisherOptions;
  const { debeziumOptions: _options, ...options } = rest;
  logger.info({ ...summariseConfig(options, config), rows: config.rows }, 'source');
  return { config, logger, metrics, board };
}
