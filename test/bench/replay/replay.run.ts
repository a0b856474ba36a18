import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type IntegrationDatabase,
} from '#postgres';
import { dryRun, KafkaSource, type DryRunResult, type Selection } from '#replay';
import type { Stack } from '#stack';
import type { Cleanup } from '../publisher/cleanup.ts';
import type { ReplayBenchOptions } from './replay.options.ts';
import { CUSTOMER, writeEvents, writeFolds } from './stored.events.ts';

/** What was measured; names as others rely on them. */
export interface ReplayFigures {
  readonly eventsPerSecond: number;
  readonly oneCustomerSeconds: number;
  /** Of the dry-run. */
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  /** Of the customer: that many of the stored ones. */
  readonly customerEvents: number;
}

export interface RunOptions extends ReplayBenchOptions {
  readonly stack: Stack;
  readonly cleanup: Cleanup;
  readonly onProgress: (what: string, done?: number, all?: number) => void;
}

const TENANT = 'sites';

export async function measureReplay(options: RunOptions): Promise<ReplayFigures> {
  const { stack, cleanup, events, stored, customer, partitions, onProgress } = options;
  const topicPrefix = `bench-${randomBytes(4).toString('hex')}.`;
  const topic = `${topicPrefix}sites.user`;
  const brokers = stack.kafkaBrokers;
  const logger = createLogger({ service: 'bench', level: 'error' });
  const kafka = createKafka({ brokers, clientId: 'causeway-bench', logger });
  const admin = kafka.admin();
  await admin.connect();
  cleanup.add(() => admin.disconnect());
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  cleanup.add(() => admin.deleteTopics({ topics: [topic] }));
  const scratch = await createScratchDatabase({ adminUrl: stack.postgresUrl, prefix: 'bench' });
  cleanup.add(() => scratch.drop());
  for (const folder of ['product', 'integration'] as const) {
    await migrate({ url: scratch.url, folder: migrationFolder(folder) });
  }
  const pool = createPool({ url: scratch.url, max: 2, applicationName: 'causeway-bench' });
  const db = createDatabase<IntegrationDatabase>(pool);
  cleanup.add(() => db.destroy());
  await sql`
    insert into connections.connections
      (id, tenant_id, destination, state, accounts_url, client_id, client_secret_sealed, refresh_token_sealed)
    values ('bench', ${TENANT}, 'zoho-crm', 'paused', 'http://accounts.invalid', 'client', 'sealed', 'sealed')`.execute(
    db,
  );

  const { mapping } = await loadPack('property-sites');
  const replay = async (selection: Selection): Promise<DryRunResult> => {
    await using source = new KafkaSource({ brokers });
    const onFolded = (done: number, all: number): void => onProgress('folding', done, all);
    return await dryRun({ db, mapping, source, topicPrefix, selection, base: 'initial', onProgress: onFolded });
  };

  const write = (count: number, from: number, theirs: number): Promise<void> => {
    const onWritten = (done: number): void => onProgress('writing events', done, count);
    return writeEvents({ kafka, topic, events: count, from, customer: theirs, onProgress: onWritten });
  };
  await write(events, 0, 0);
  const before = process.cpuUsage();
  const started = performance.now();
  const all = await replay({});
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  if (all.events !== events || all.applied === 0) throw new Error(`${all.events} events were folded, not ${events}`);

  await write(Math.max(stored - events, customer), events, customer);
  await writeFolds(db, { topic, brokers, onProgress: (done) => onProgress('writing the index', done, stored) });
  const asked = performance.now();
  const year = await replay({ keys: [CUSTOMER], tenantId: TENANT });
  const oneCustomerSeconds = (performance.now() - asked) / 1000;
  if (year.events !== customer || year.keys !== 1)
    throw new Error(`${year.events} events of the customer, not ${customer}`);
  const cpuSeconds = (user + system) / 1_000_000;
  return { eventsPerSecond: events / seconds, oneCustomerSeconds, cpuSeconds, peakRssMb, customerEvents: year.events };
}
