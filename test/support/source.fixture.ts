import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Client } from 'pg';
import { TopicAdmin, createKafka } from '#kafka';
import { createLogger } from '#observability';
import { connectClient, createScratchDatabase, migrate, migrationFolder } from '#postgres';
import { dropSlot } from '#replication';
import { appProgram } from '#system';
import { causeway, type CliResult } from './cli.process.ts';
import { until } from './until.ts';

/** A record as a consumer gets it. */
export interface WholeRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

export interface RunningPublisher {
  /** Waits for the answer of /ready. */
  ready(expected: RegExp): Promise<void>;
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** A product's database with its outbox, and what a publisher and the `causeway` command are told of it. */
export interface SourceFixture extends AsyncDisposable {
  readonly client: Client;
  readonly slot: string;
  readonly topic: string;
  /** What the environment says of it. */
  readonly settings: Readonly<Record<string, string>>;
  cli(...args: string[]): Promise<CliResult>;
  publisher(more?: Readonly<Record<string, string>>): RunningPublisher;
  /** Writes an event and returns its id. */
  emit(key: string, payload?: object): Promise<string>;
  /** Writes events of key `k`, each in a transaction and on a connection of its own, and returns their ids. */
  emitElsewhere(count: number): Promise<string[]>;
  /** Moves the free slot to the end of the WAL, as a person might. */
  moveSlot(): Promise<void>;
  /** Opens a transaction that has written something, of which nothing will be left: WAL from here on is kept for the slot. */
  holdWal(): Promise<void>;
  releaseWal(): Promise<void>;
  /** Everything that a read_committed consumer sees in the topic from its beginning, until there are so many. */
  read(count: number): Promise<WholeRecord[]>;
  limitTopic(bytes: number): Promise<void>;
}

/** Kafka's number for configuring a topic. */
const TOPIC = 2;

export async function openSource(): Promise<SourceFixture> {
  const run = randomBytes(4).toString('hex');
  const brokers = process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '';
  const adminUrl = process.env['CAUSEWAY_POSTGRES_URL'] ?? '';
  const database = await createScratchDatabase({ adminUrl, prefix: 'verbs' });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  const client = await connectClient({ url: database.url, applicationName: 'causeway-test' });
  const [prefix, slot] = [`verbs-${run}.`, `verbs_${run}`];
  const topic = `${prefix}shop.order`;
  const logger = createLogger({ service: 'test', level: 'silent' });
  const kafka = createKafka({ brokers: brokers.split(','), clientId: 'causeway-test', logger });
  const admin = kafka.admin();
  await admin.connect();
  // The consumer of a test wants it to be there.
  const topics = new TopicAdmin(kafka);
  await topics.ensure({ topic, partitions: 3, replication: 1 });
  await topics.close();
  const settings = {
    CAUSEWAY_SOURCE_NAME: 'shop',
    CAUSEWAY_SOURCE_URL: database.url,
    CAUSEWAY_SLOT: slot,
    CAUSEWAY_KAFKA_BROKERS: brokers,
    CAUSEWAY_TOPIC_PREFIX: prefix,
    CAUSEWAY_TOPIC_PARTITIONS: '3',
  };
  const elsewhere = async (sql: string): Promise<string | undefined> => {
    const other = await connectClient({ url: database.url, applicationName: 'causeway-test' });
    try {
      return (await other.query<{ id: string }>(sql)).rows[0]?.id;
    } finally {
      await other.end();
    }
  };
  const children: ChildProcess[] = [];
  let holder: Client | undefined;
  const releaseWal = async (): Promise<void> => {
    await holder?.end();
    holder = undefined;
  };
  return {
    client,
    slot,
    topic,
    settings,
    cli: (...args) => causeway(args, settings),
    publisher: (more = {}) => {
      const env = { PATH: process.env['PATH'] ?? '', ...settings, CAUSEWAY_IDLE_INTERVAL: '200ms', ...more };
      const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', appProgram('publisher')], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return watchPublisher(child);
    },
    emit: async (key, payload = {}) => {
      const { rows } = await client.query<{ id: string }>('select outbox.emit($1, $2, $3, $4)::text as id', [
        'order',
        key,
        'order.placed',
        payload,
      ]);
      return rows[0]?.id ?? '';
    },
    emitElsewhere: async (count) => {
      const ids: string[] = [];
      const emit = `select outbox.emit('order', 'k', 'order.placed', '{}')::text as id`;
      for (let n = 0; n < count; n += 1) ids.push((await elsewhere(emit)) ?? '');
      return ids;
    },
    moveSlot: async () => {
      await elsewhere(`select pg_replication_slot_advance('${slot}', pg_current_wal_lsn())::text as id`);
    },
    holdWal: async () => {
      holder = await connectClient({ url: database.url, applicationName: 'causeway-test' });
      await holder.query('begin; create temporary table held ()');
    },
    releaseWal,
    read: async (count) => {
      const consumer = kafka.consumer({ groupId: `${prefix}${randomBytes(4).toString('hex')}` });
      const seen: WholeRecord[] = [];
      await consumer.connect();
      try {
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          eachMessage: ({ message, partition }) => {
            const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
            const [key, value] = [message.key?.toString() ?? '', message.value?.toString() ?? ''];
            const { offset } = message;
            seen.push({
              partition,
              offset,
              key,
              value,
              headers: Object.fromEntries(headers) as Record<string, string>,
            });
            return Promise.resolve();
          },
        });
        await until(`${count} records`, () => Promise.resolve(seen.length >= count ? true : null));
        return seen;
      } finally {
        await consumer.disconnect();
      }
    },
    limitTopic: async (bytes) => {
      const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC, name: topic, configEntries }] });
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL');
      await releaseWal();
      await client.query('rollback');
      const free = `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1`;
      await client.query(free, [slot]);
      await until('the slot is dropped', () =>
        dropSlot(client, slot).then(
          () => true,
          () => null,
        ),
      );
      await client.end();
      await database.drop();
      const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      const { groups } = await admin.listGroups();
      const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix));
      if (ours.length > 0) await admin.deleteGroups(ours);
      await admin.disconnect();
    },
  };
}

function watchPublisher(child: ChildProcess): RunningPublisher {
  let url: string | undefined;
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { msg?: string; url?: string };
      if (said.msg === 'listening') url = said.url;
    });
  }
  const exited = once(child, 'exit');
  return {
    ready: async (expected) => {
      await until(`ready says ${expected.source}`, async () => {
        if (url === undefined) return null;
        const answer = await fetch(`${url}/ready`);
        return expected.test(`${answer.status} ${await answer.text()}`) ? true : null;
      });
    },
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
