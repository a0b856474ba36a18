import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
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
import { BenchedSimulator } from '../simulator.process.ts';
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
  /** Calls that the CRM has logged meanwhile, and rows that were written; a dry-run that makes any is none. */
  readonly calls: number;
  readonly rowsWritten: number;
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
  const simulator = await BenchedSimulator.start();
  cleanup.add(() => simulator.stop());
  await sql`
    insert into connections.connections
      (id, tenant_id, destination, state, accounts_url, client_id, client_secret_sealed, refresh_token_sealed)
    values ('bench', ${TENANT}, 'zoho-crm', 'active', ${simulator.url}, 'client', 'sealed', 'sealed')`.execute(db);
  // A log that shows this call would show others.
  await simulator.token();
  const callsBefore = await simulator.calls();
  if (callsBefore === 0) throw new Error('the simulator does not log calls');

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
  // The customer's are spread over the last that are written.
  const later = Math.max(stored - events, 0);
  await write(events, 0, later === 0 ? customer : 0);
  const before = process.cpuUsage();
  const started = performance.now();
  const all = await replay({});
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  if (all.events !== events || all.applied === 0) throw new Error(`${all.events} events were folded, not ${events}`);

  if (later > 0) await write(later, events, customer);
  await writeFolds(db, { topic, brokers, onProgress: (done) => onProgress('writing the index', done, stored) });
  const asked = performance.now();
  const year = await replay({ keys: [CUSTOMER], tenantId: TENANT });
  const oneCustomerSeconds = (performance.now() - asked) / 1000;
  if (year.events !== customer || year.keys !== 1)
    throw new Error(`${year.events} events of the customer, not ${customer}`);
  return {
    eventsPerSecond: events / seconds,
    oneCustomerSeconds,
    cpuSeconds: (user + system) / 1_000_000,
    peakRssMb,
    customerEvents: year.events,
    calls: (await simulator.calls()) - callsBefore,
    rowsWritten: await rowsWritten(db),
  };
}

/** Of all that a replay which writes would write; the bench itself writes none of it. */
async function rowsWritten(db: Kysely<IntegrationDatabase>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select count(*) from ledger.commands) + (select count(*) from ledger.echoes) + (select count(*) from relay.states)
            + (select count(*) from relay.set_aside) + (select count(*) from relay.timers) + (select count(*) from outbox.events)
           )::integer as count`.execute(db);
  return rows[0]?.count ?? 0;
}
