import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Logger as NestLogger } from 'nestjs-pino';
import {
  crmOptions,
  integrationOptions,
  kafkaOptions,
  loadConfig,
  processOptions,
  summariseConfig,
  type Config,
} from '#config';
import { ClientRegistry, budgetMetrics, callObserver } from '#connections';
import { BatchStrategy, TopicAdmin, createKafka, eventTopicSettings, kafkaConnection } from '#kafka';
import { COMMANDS_CHANNEL, countOpenCommands } from '#ledger';
import {
  Health,
  Shutdown,
  createLogger,
  createRegistry,
  startOpsServer,
  type Logger,
  type Readiness,
  type Registry,
} from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, listen, requireTable, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { DispatchGate } from './dispatcher/dispatch.gate.ts';
import { dispatcherMetrics } from './dispatcher/dispatcher.metrics.ts';
import { DispatcherService } from './dispatcher/dispatcher.service.ts';
import { faultPoint } from './fault.points.ts';
import { HistoryService, historyMetrics } from './history/history.service.ts';
import { QueueUpkeep } from './dispatcher/queue.upkeep.ts';
import { TroubleWatch, troubleMetrics } from './dispatcher/trouble.watch.ts';
import { LedgerGate } from './mapper/ledger.gate.ts';
import { PRODUCT_EVENTS } from './mapper/mapper.controller.ts';
import { mapperMetrics, type MapperMetrics } from './mapper/mapper.metrics.ts';
import { MapperService } from './mapper/mapper.service.ts';
import { RelayModule } from './relay.module.ts';
import { schedulerMetrics } from './schedule/scheduler.metrics.ts';
import { SchedulerService } from './schedule/scheduler.service.ts';
import { SetUpGuard } from './setup/setup.guard.ts';

/** Gauges that are asked for from time to time. Milliseconds. */
const SHOWN_EVERY = 5000;
/** Token refreshes at a time. */
const LOCK_POOL = 4;
const OPTIONS = { ...processOptions, ...kafkaOptions, ...integrationOptions, ...crmOptions };
type RelayConfig = Config<typeof OPTIONS>;

interface Parts {
  readonly config: RelayConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly health: Health;
  readonly shutdown: Shutdown;
  readonly db: ReturnType<typeof createDatabase<IntegrationDatabase>>;
}

/** Starts the relay: mapper (Kafka to ledger) and dispatcher (ledger to CRM). */
export async function startRelay(): Promise<void> {
  const config = loadConfig(OPTIONS);
  const logger = createLogger({ service: 'relay', level: config.logLevel });
  logger.info(summariseConfig(OPTIONS, config), 'starting');
  const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
  shutdown.onSignals();
  if (config.exitWithParent) shutdown.onParentGone();
  const registry = createRegistry('relay');
  const health = new Health();
  health.set('mapper', { ready: false, reason: 'starting' });
  const ops = await startOpsServer({ host: config.host, port: config.port, health, registry });
  shutdown.add('operators server', () => ops.close());
  logger.info({ url: ops.url }, 'listening');

  const { integrationUrl: url } = config;
  await requireTable({ url, applicationName: 'causeway-relay', schema: 'ledger', table: 'commands' });
  const pool = createPool({
    url,
    max: config.poolSize,
    applicationName: 'causeway-relay',
    logger,
  });
  const db = createDatabase<IntegrationDatabase>(pool);
  shutdown.add('postgres', () => db.destroy());
  const packs = await Promise.all(config.packs.map((name) => loadPack(name)));
  const mappings = packs.map(({ mapping }) => mapping);
  const parts: Parts = { config, logger, registry, health, shutdown, db };

  await startDispatcher(parts, mappings);
  const metrics = mapperMetrics(registry);
  const scheduler = new SchedulerService({ db, mappings, logger, metrics: schedulerMetrics(registry) });
  scheduler.start();
  shutdown.add('scheduler', () => scheduler.stop());
  const { ledgerRetention: retentionMs, inboxRetention: inboxRetentionMs } = config;
  const history = new HistoryService({
    db,
    retentionMs,
    logger,
    metrics: historyMetrics(registry),
    ...(inboxRetentionMs === undefined ? {} : { inboxRetentionMs }),
  });
  history.start();
  shutdown.add('history', () => history.stop());
  const topicPrefix = config.topicPrefix ?? '';
  await startMapper(parts, { mapper: new MapperService({ db, mappings, topicPrefix, logger, metrics }), metrics });
}

async function startDispatcher(
  parts: Parts,
  mappings: ConstructorParameters<typeof SetUpGuard>[0]['mappings'],
): Promise<void> {
  const { config, logger, registry, shutdown, db } = parts;
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const lockPool = createPool({
    url: config.integrationUrl,
    max: LOCK_POOL,
    applicationName: 'causeway-relay-locks',
    logger,
  });
  const locks = createDatabase<IntegrationDatabase>(lockPool);
  shutdown.add('locks', () => locks.destroy());
  const onCall = callObserver(registry);
  const budgets = budgetMetrics(registry);
  const trouble = troubleMetrics(registry);
  const gate = new DispatchGate({ db, logger, onTrip: (connection) => trouble.trips.inc({ connection }) });
  const clients = new ClientRegistry({
    db,
    locks,
    box,
    callTimeoutMs: config.callTimeout,
    onCall,
    budgets,
    isStopped: (id) => gate.isStopped(id),
    logger,
  });
  shutdown.add('crm clients', () => clients.close());
  const metrics = dispatcherMetrics(registry);
  const guard: SetUpGuard = new SetUpGuard({ db, clients, mappings, logger, onCleared: () => dispatcher.wake() });
  const dispatcher = new DispatcherService({
    db,
    clients,
    cleared: () => guard.cleared,
    owner: `relay-${randomUUID()}`,
    leaseMs: config.leaseTime,
    batchSize: config.dispatchBatch,
    concurrency: config.dispatchConcurrency,
    coalesce: config.coalescing,
    batchWaitMs: config.batchWait,
    logger,
    metrics,
    gate,
  });
  const url = config.integrationUrl;
  // Without a name, and when the connection to Postgres is new, anybody may have work.
  const onNotify = (id: string | null): void => dispatcher.wake(id === null || id === '' ? undefined : id);
  const listener = await listen({ url, channel: COMMANDS_CHANNEL, logger, onNotify });
  shutdown.add('listener', () => listener.close());
  dispatcher.start();
  shutdown.add('dispatcher', () => dispatcher.stop());
  const upkeep = new QueueUpkeep({ db, logger });
  upkeep.start();
  shutdown.add('queue upkeep', () => upkeep.stop());
  await guard.start();
  shutdown.add('set-up guard', () => guard.stop());
  const watch = new TroubleWatch({ db, logger, metrics: trouble, health: parts.health });
  const counting = setInterval(() => {
    clients.show();
    void showOpenCommands(db, metrics);
    void watch.look();
  }, SHOWN_EVERY);
  shutdown.add('counting', () => clearInterval(counting));
}

/** A look that fails leaves the gauges as they are; the dispatcher's own error says what is wrong. */
async function showOpenCommands(db: Parts['db'], metrics: ReturnType<typeof dispatcherMetrics>): Promise<void> {
  const counts = await countOpenCommands(db).catch(() => null);
  if (counts === null) return;
  for (const state of ['ready', 'in_flight', 'unknown', 'parked']) metrics.open.set({ state }, counts[state] ?? 0);
}

async function startMapper(parts: Parts, own: { mapper: MapperService; metrics: MapperMetrics }): Promise<void> {
  const { config, logger, health, shutdown, db } = parts;
  const { mapper, metrics } = own;
  const kafka = createKafka({ ...kafkaConnection(config), clientId: 'causeway-relay', logger });
  const admin = new TopicAdmin(kafka);
  const { topicPartitions: partitions, topicReplication: replication, topicRetention } = config;
  const settings = eventTopicSettings(topicRetention);
  for (const topic of mapper.topics) await admin.ensure({ topic, partitions, replication, settings });
  await admin.close();
  const strategy = new BatchStrategy({
    kafka,
    groupId: `${config.topicPrefix ?? ''}causeway.mapper`,
    subscriptions: { [PRODUCT_EVENTS]: mapper.topics },
    logger,
    onBatch: (_batch, seconds) => {
      faultPoint('offsets committed');
      metrics.batchSeconds.observe(seconds);
    },
    onState: (state, reason) => health.set('mapper', healthOf(state, reason)),
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(RelayModule.with({ mapper, logger }), {
    strategy,
    bufferLogs: true,
  });
  app.useLogger(app.get(NestLogger));
  await app.listen();
  shutdown.add('mapper', () => app.close());
  const gate = new LedgerGate({ db, most: config.ledgerDepth, consumer: strategy, metrics, logger });
  gate.start();
  shutdown.add('back-pressure', () => gate.stop());
  logger.info({ topics: mapper.topics }, 'consuming');
}

/** A mapper that waits for the dispatcher is in order. */
function healthOf(state: 'running' | 'paused' | 'stopped' | 'failing', reason: string): Readiness {
  if (state === 'running') return { ready: true };
  return state === 'paused' ? { ready: true, note: reason } : { ready: false, reason };
}
