import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once as nextEvent } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder } from '#postgres';
import type { SourceTarget } from '#operations';
import { dropSlot, inspectSlot, type SlotState } from '#replication';
import type { UntilOptions } from '#testing';
import { openTopics, until, type ReadRecord, type TopicContext } from '../../../libs/kafka/test/topic.context.ts';
import { startPublisher, type PublisherApp } from '../src/publisher.app.ts';
import { loadPublisher } from '../src/publisher.config.ts';

export { until };
export type Settings = Record<string, string>;

/** One line of a publisher's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly code?: string;
  readonly reason?: string;
  readonly url?: string;
}

export interface PublisherProcess {
  readonly lines: readonly LogLine[];
  line(msg: string, options?: UntilOptions): Promise<LogLine>;
  /** Answers of /ready and /metrics. */
  get(path: string): Promise<string>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it has ended, in whatever way. */
  readonly ended: Promise<unknown>;
}

/** A product's database with its outbox, topics under a prefix, and publishers of both. */
export interface PublisherContext extends AsyncDisposable {
  readonly client: Client;
  readonly url: string;
  readonly slotName: string;
  readonly topics: TopicContext;
  /** What the verbs of `causeway` are told of this source. */
  readonly target: SourceTarget;
  /** Starts a publisher inside of this process and waits until it is ready. */
  start(settings?: Settings): Promise<PublisherApp>;
  /** The same for one that will not get ready: waits until /ready says what is expected, and gives that. */
  stuck(expected: RegExp, settings?: Settings): Promise<string>;
  /** Starts a publisher as a process of its own, from the sources; `CHAOS_FAULT_POINT` ends it at a named step. */
  spawn(settings?: Settings): PublisherProcess;
  emit(id: string, payload?: object): Promise<void>;
  /** The same on a connection of its own. */
  emitElsewhere(id: string): Promise<void>;
  /** The same in the database that a URL names, which may be another server's copy. */
  emitAt(url: string, id: string): Promise<void>;
  slot(): Promise<SlotState | undefined>;
  /** Moves the free slot to the end of the WAL, as a person might. */
  moveSlot(): Promise<void>;
  read(topic: string): Promise<ReadRecord[]>;
}

const SOURCE = 'shop';

/** @param servers those of the test run, as far as none are given */
export async function openPublisher(
  servers: { readonly adminUrl?: string; readonly brokers?: string } = {},
): Promise<PublisherContext> {
  const { adminUrl = process.env['CAUSEWAY_POSTGRES_URL'] ?? '' } = servers;
  const { brokers = process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '' } = servers;
  const database = await createScratchDatabase({ adminUrl, prefix: 'publisher' });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  const client = await connectClient({ url: database.url, applicationName: 'causeway-test' });
  const topics = await openTopics(brokers.split(','));
  const slotName = `publisher_${randomUUID().replaceAll('-', '_')}`;
  const stops: (() => Promise<unknown>)[] = [];
  const environment = (settings: Settings): Record<string, string> => ({
    CAUSEWAY_SOURCE_NAME: SOURCE,
    CAUSEWAY_SOURCE_URL: database.url,
    CAUSEWAY_SLOT: slotName,
    CAUSEWAY_KAFKA_BROKERS: brokers,
    CAUSEWAY_TOPIC_PREFIX: topics.prefix,
    CAUSEWAY_TOPIC_PARTITIONS: '3',
    CAUSEWAY_STANDBY_INTERVAL: '50ms',
    ...settings,
  });
  const once = async (sql: string, values: unknown[], url = database.url): Promise<void> => {
    const other = await connectClient({ url, applicationName: 'causeway-test' });
    await other.query(sql, values);
    await other.end();
  };
  const begin = async (settings: Settings): Promise<PublisherApp> => {
    const app = await startPublisher(loadPublisher({ ...environment(settings), CAUSEWAY_LOG_LEVEL: 'silent' }));
    stops.push(() => app.stop());
    return app;
  };
  const isThrowaway = servers.adminUrl !== undefined;
  const context: PublisherContext = {
    client,
    url: database.url,
    slotName,
    topics,
    target: {
      name: SOURCE,
      url: database.url,
      slot: slotName,
      publication: 'causeway_outbox',
      kafkaBrokers: brokers.split(','),
      topicPrefix: topics.prefix,
      topicPartitions: 3,
      topicReplication: 1,
      transactionTimeoutMs: 30_000,
    },
    stuck: async (expected, settings = {}) => {
      const app = await begin(settings);
      let said = '';
      await until(async () => {
        said = await (await fetch(`${app.url}/ready`)).text();
        return expected.test(said);
      }).catch((error: unknown) => {
        throw new Error(`the last answer was ${said}`, { cause: error });
      });
      await app.stop();
      return said;
    },
    start: async (settings = {}) => {
      const app = await begin(settings);
      // Rows from before the slot was created are not in its stream.
      await until(async () => (await fetch(`${app.url}/ready`)).status === 200);
      return app;
    },
    spawn: (settings = {}) => {
      const child = spawnPublisher(environment(settings));
      stops.push(() => child.kill('SIGKILL'));
      return child;
    },
    emit: async (id, payload = {}) => {
      await client.query('select outbox.emit($1, $2, $3, $4)', ['order', id, 'order.placed', payload]);
    },
    emitElsewhere: (id) => once(`select outbox.emit('order', $1, 'order.placed', '{}')`, [id]),
    emitAt: (url, id) => once(`select outbox.emit('order', $1, 'order.placed', '{}')`, [id], url),
    slot: () => inspectSlot(client, slotName),
    moveSlot: () => once('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [slotName]),
    read: (topic) => topics.readCommitted(`${topics.prefix}${topic}`),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(stops.map((stop) => stop()));
      if (isThrowaway) {
        // A server of the test's own takes everything with it, and may be gone by now.
        await Promise.allSettled([client.end(), topics[Symbol.asyncDispose]()]);
        return;
      }
      await client.query('rollback');
      await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [
        slotName,
      ]);
      await until(() =>
        dropSlot(client, slotName).then(
          () => true,
          () => false,
        ),
      );
      await client.end();
      await database.drop();
      await topics[Symbol.asyncDispose]();
    },
  };
  return context;
}

/** The orders' topic, once it holds what is expected; waits for that. */
export async function readOrders(context: PublisherContext, count: number, source = SOURCE): Promise<ReadRecord[]> {
  let records: ReadRecord[] = [];
  await until(async () => {
    records = await context.read(`${source}.order`).catch(() => []);
    return records.length >= count;
  });
  return records;
}

function spawnPublisher(environment: Settings): PublisherProcess {
  const paths = ['./swc.register.mjs', '../../../test/chaos/fault.trigger.ts', '../main.ts'];
  const [hooks = '', trigger = '', main = ''] = paths.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const flags = [
    '--conditions=source',
    '--disable-warning=TimeoutNegativeWarning',
    '--import',
    hooks,
    '--import',
    trigger,
    main,
  ];
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('CAUSEWAY_') && name !== 'NODE_OPTIONS',
  );
  const env = { ...Object.fromEntries(inherited), ...environment };
  const child: ChildProcess = spawn(process.execPath, flags, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: LogLine[] = [];
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as LogLine));
  const exited = nextEvent(child, 'exit');
  const line = async (msg: string, options?: UntilOptions): Promise<LogLine> => {
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the publisher ended before it said ${msg}`);
      return lines.some((one) => one.msg === msg);
    }, options);
    return lines.findLast((one) => one.msg === msg) as LogLine;
  };
  return {
    lines,
    line,
    get: async (path) => (await fetch(`${(await line('listening')).url}${path}`)).text(),
    kill: async (signal) => {
      child.kill(signal);
      await exited;
    },
    ended: exited,
  };
}
