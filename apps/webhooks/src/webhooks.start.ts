import type { AddressInfo } from 'node:net';
import {
  crmOptions,
  integrationOptions,
  loadConfig,
  processOptions,
  summariseConfig,
  webhooksOptions,
  type Config,
} from '#config';
import { ClientRegistry, budgetMetrics, callObserver } from '#connections';
import { awaitCallTurn } from '#ledger';
import { Health, Shutdown, createLogger, createRegistry } from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, requireTable, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { KeeperService } from './keeper/keeper.service.ts';
import { OpsParts } from './ops.controller.ts';
import { startReading } from './reading.start.ts';
import { startReceiving } from './receiving.start.ts';
import { WebhooksContext } from './webhooks.context.ts';
import { webhooksMetrics } from './webhooks.metrics.ts';

/** Token refreshes at a time. */
const LOCK_POOL = 2;
const OPTIONS = { ...processOptions, ...integrationOptions, ...crmOptions, ...webhooksOptions };
export type WebhooksConfig = Config<typeof OPTIONS>;

/** Starts the webhook service: ingest, the processor of deliveries, the hydrator, the keeper and the sweep. */
export async function startWebhooks(): Promise<void> {
  const config = loadConfig(OPTIONS);
  const logger = createLogger({ service: 'webhooks', level: config.logLevel });
  logger.info(summariseConfig(OPTIONS, config), 'starting');
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
  shutdown.onSignals();
  if (config.exitWithParent) shutdown.onParentGone();
  const packs = await Promise.all(config.packs.map((name) => loadPack(name)));
  const registry = createRegistry('webhooks');
  const health = new Health();
  health.set('webhooks', { ready: false, reason: 'starting' });
  const url = config.integrationUrl;
  await requireTable({ url, applicationName: 'causeway-webhooks', schema: 'webhooks', table: 'receivers' });
  const database = (max: number, name: string) =>
    createDatabase<IntegrationDatabase>(createPool({ url, max, applicationName: `causeway-webhooks${name}`, logger }));
  const db = database(config.poolSize, '');
  shutdown.add('postgres', () => db.destroy());
  const locks = database(LOCK_POOL, '-locks');
  shutdown.add('locks', () => locks.destroy());
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const clients = new ClientRegistry({
    db,
    locks,
    box,
    callTimeoutMs: config.callTimeout,
    onCall: callObserver(registry),
    budgets: budgetMetrics(registry),
    turnOf: (id) => awaitCallTurn(db, id),
    logger,
  });
  const showing = setInterval(() => clients.show(), 5000);
  shutdown.add('budgets', () => clearInterval(showing));
  shutdown.add('crm clients', () => clients.close());

  const context = new WebhooksContext({ db, logger, metrics: webhooksMetrics(registry) });
  const mappings = packs.map(({ mapping }) => mapping);
  const onStored = await startReading({ context, config, clients, mappings, shutdown });
  const ops = new OpsParts({ health, registry });
  const app = await startReceiving({ context, config, box, ops, onStored, shutdown });
  const address = addressOf(config, app);

  const notifyUrl = (): string => config.notifyUrl ?? address;
  const { metrics } = context;
  const keeper = new KeeperService({
    db,
    box,
    clients,
    mappings,
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

function addressOf({ host }: WebhooksConfig, app: NestFastifyApplication): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${host}:${port}`;
}
