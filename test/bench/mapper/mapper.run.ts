import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type IntegrationDatabase,
} from '#postgres';
import type { Stack } from '#stack';
import { appProgram } from '#system';
import { until } from '../../support/until.ts';
import type { Cleanup } from '../publisher/cleanup.ts';
import { WatchedProcess } from '../publisher/watched.process.ts';
import type { MapperBenchOptions } from './mapper.options.ts';
import { isDrained, writeBacklog } from './mapper.source.ts';

/** One drain of one backlog. */
export interface MapperRun {
  readonly eventsPerSecond: number;
  readonly commandsPerEvent: number;
  /** Batches, and how many different keys one of them had, on average. */
  readonly batches: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  /** Seconds of each step of the mapper, over all batches; several batches are under way at a time. */
  readonly stages: Readonly<Record<string, number>>;
}

export interface RunOptions extends MapperBenchOptions {
  readonly stack: Stack;
  readonly cleanup: Cleanup;
  readonly onProgress: (what: string, done?: number) => void;
}

const DRAIN_TIMEOUT_MS = 300_000;

export async function measureRun(options: RunOptions): Promise<MapperRun> {
  const { stack, cleanup, events, usersAtOnce, partitions, onProgress } = options;
  const topicPrefix = `bench-${randomBytes(4).toString('hex')}.`;
  const topic = `${topicPrefix}sites.user`;
  const logger = createLogger({ service: 'bench', level: 'error' });
  const kafka = createKafka({ brokers: stack.kafkaBrokers, clientId: 'causeway-bench', logger });
  const admin = kafka.admin();
  await admin.connect();
  const disconnect = cleanup.add(() => admin.disconnect());
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  const deleteTopic = cleanup.add(() => admin.deleteTopics({ topics: [topic] }));
  onProgress('writing the backlog');
  await writeBacklog({
    kafka,
    topic,
    events,
    usersAtOnce,
    onProgress: (done) => onProgress('writing the backlog', done),
  });

  const scratch = await createScratchDatabase({ adminUrl: stack.postgresUrl, prefix: 'bench' });
  const dropDatabase = cleanup.add(() => scratch.drop());
  for (const folder of ['product', 'integration'] as const) {
    await migrate({ url: scratch.url, folder: migrationFolder(folder) });
  }
  const db = createDatabase<IntegrationDatabase>(
    createPool({ url: scratch.url, max: 1, applicationName: 'causeway-bench' }),
  );
  const closeDatabase = cleanup.add(() => db.destroy());
  await sql`
    insert into connections.connections
      (id, tenant_id, destination, state, accounts_url, client_id, client_secret_sealed, refresh_token_sealed)
    values ('bench', 'sites', 'zoho-crm', 'paused', 'http://accounts.invalid', 'client', 'sealed', 'sealed')`.execute(
    db,
  );

  const relay = startRelay(options, { topicPrefix, integrationUrl: scratch.url });
  const stopRelay = cleanup.add(() => relay[Symbol.asyncDispose]());
  await relay.said('consuming');
  const before = relay.usage();
  const started = performance.now();
  onProgress('folding');
  const groupId = `${topicPrefix}causeway.mapper`;
  await until('the backlog to be folded', () => isDrained(admin, { topic, groupId }), DRAIN_TIMEOUT_MS);
  const seconds = (performance.now() - started) / 1000;
  const { cpuSeconds, peakRssMb } = relay.usage();
  const [counted] = (
    await sql<{ folds: number; commands: number }>`
      select (select count(*)::integer from relay.folds where verdict = 'applied') as folds,
             (select count(*)::integer from ledger.commands) as commands`.execute(db)
  ).rows;
  if (counted?.folds !== events) throw new Error(`${counted?.folds} events were applied, not ${events}`);
  const stages = await stagesOf(relay);
  for (const step of [stopRelay, closeDatabase, dropDatabase, deleteTopic, disconnect]) await step();
  const { batches, ...rest } = stages;
  return {
    eventsPerSecond: events / seconds,
    commandsPerEvent: counted.commands / events,
    batches,
    cpuSeconds: cpuSeconds - before.cpuSeconds,
    peakRssMb,
    stages: rest.stages,
  };
}

function startRelay(
  { stack, profile }: RunOptions,
  own: { topicPrefix: string; integrationUrl: string },
): WatchedProcess {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return new WatchedProcess({
    program: appProgram('relay'),
    // As docker-compose.yml runs it: what a batch makes dies young, if the young generation holds a few batches.
    flags: ['--disable-warning=TimeoutNegativeWarning', '--max-semi-space-size=64', ...profiling],
    env: {
      CAUSEWAY_KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      CAUSEWAY_INTEGRATION_URL: own.integrationUrl,
      CAUSEWAY_SECRET_KEY: randomBytes(32).toString('hex'),
      CAUSEWAY_PACKS: 'property-sites',
      CAUSEWAY_TOPIC_PREFIX: own.topicPrefix,
      CAUSEWAY_EXIT_WITH_PARENT: 'true',
    },
  });
}

/** From the relay's own metrics. */
async function stagesOf(relay: WatchedProcess): Promise<{ batches: number; stages: Record<string, number> }> {
  const { url } = await relay.said('listening');
  const text = await (await fetch(`${String(url)}/metrics`)).text();
  const stages = [...text.matchAll(/^causeway_mapper_stage_seconds_sum\{.*?stage="(\w+)".*?\} (\S+)$/gm)];
  const batches = /^causeway_mapper_batch_seconds_count\{.*?\} (\S+)$/m.exec(text)?.[1];
  return {
    batches: Number(batches ?? 0),
    stages: Object.fromEntries(stages.map(([, stage = '', seconds]) => [stage, Number(seconds)])),
  };
}
