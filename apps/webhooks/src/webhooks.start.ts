import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { crmOptions, integrationOptions, loadConfig, processOptions, summariseConfig } from '#config';
import { ClientRegistry, budgetMetrics, callObserver } from '#connections';
import { Health, Shutdown, createLogger, createRegistry } from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, listen, type IntegrationDatabase } from '#postgres';
import { WorkLoop } from '#workers';
import { createSecretBox } from '#zoho';
import { processDeliveries } from './dirty/delivery.processor.ts';
import { HydratorService } from './hydrator/hydrator.service.ts';
import { DELIVERIES_CHANNEL } from './ingest/ingest.service.ts';
import { KeeperService } from './keeper/keeper.service.ts';
import { OpsParts } from './ops.controller.ts';
import { createApp } from './webhooks.app.ts';
import { WebhooksContext } from './webhooks.context.ts';
import { webhooksMetrics } from './webhooks.metrics.ts';

/** Token refreshes at a time. */
const LOCK_POOL = 2;
const OPTIONS = { ...processOptions, ...integrationOptions, ...crmOptions };

/** Starts the webhook service: ingest, the processor of deliveries, the hydrator and the keeper. */
export async function startWebhooks(): Promise<void> {
  const config = loadConfig(OPTIONS);
  const logger = createLogger({ service: 'webhooks', level: config.logLevel });
  logger.info(summariseConfig(OPTIONS, config), 'starting');
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
  shutdown.onSignals();
  if (config.exitWithParent) shutdown.onParentGone();
  const registry = createRegistry('webhooks');
  const health = new Health();
  health.set('webhooks', { ready: false, reason: 'starting' });
  const metrics = webhooksMetrics(registry);
  const url = config.integrationUrl;
  const db = createDatabase<IntegrationDatabase>(
    createPool({ url, max: config.poolSize, applicationName: 'causeway-webhooks', logger }),
  );
  shutdown.add('postgres', () => db.destroy());
  const lockPool = createPool({ url, max: LOCK_POOL, applicationName: 'causeway-webhooks-locks', logger });
  const locks = createDatabase<IntegrationDatabase>(lockPool);
  shutdown.add('locks', () => locks.destroy());
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const clients = new ClientRegistry({
    db,
    locks,
    box,
    callTimeoutMs: config.callTimeout,
    onCall: callObserver(registry),
    budgets: budgetMetrics(registry),
    logger,
  });
  const showing = setInterval(() => clients.show(), 5000);
  shutdown.add('budgets', () => clearInterval(showing));
  shutdown.add('crm clients', () => clients.close());

  const mappings = (await Promise.all(config.packs.map((name) => loadPack(name)))).map(({ mapping }) => mapping);
  const owner = `webhooks-${randomUUID()}`;
  const hydrator = new HydratorService({ db, clients, owner, leaseMs: config.leaseTime, mappings, logger, metrics });
  const hydration = new WorkLoop({ name: 'hydrator', concurrency: 2, logger, round: () => hydrator.round() });
  const processing = new WorkLoop({
    name: 'deliveries',
    concurrency: 1,
    logger,
    round: () => processDeliveries({ db, logger, metrics, onMarked: () => hydration.wake() }),
  });
  const listener = await listen({ url, channel: DELIVERIES_CHANNEL, logger, onNotify: () => processing.wake() });
  shutdown.add('listener', () => listener.close());
  for (const [name, loop] of Object.entries({ hydration, processing })) {
    loop.start();
    shutdown.add(name, () => loop.stop());
  }

  const context = new WebhooksContext({ db, logger, metrics });
  const app = await createApp({ context, box, ops: new OpsParts({ health, registry }) });
  await app.listen(config.port, config.host);
  shutdown.add('http', () => app.close());
  const { port } = app.getHttpServer().address() as AddressInfo;
  const address = `http://${config.host}:${port}`;

  const notifyUrl = (): string => config.notifyUrl ?? address;
  const keeper = new KeeperService({
    db,
    mappings,
    box,
    clients,
    notifyUrl,
    lifeMs: config.channelLife,
    logger,
    metrics,
  });
  await keeper.start();
  shutdown.add('keeper', () => keeper.stop());
  health.set('webhooks', { ready: true });
  logger.info({ url: address }, 'listening');
}
