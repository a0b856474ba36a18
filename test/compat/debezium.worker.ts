import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig, stackOptions } from '#config';
import { endChild, freePort, mavenJars, untilLine, type Progress } from '#stack';

export const DEBEZIUM_VERSION = '3.5.0.Final';
export const CONNECT_VERSION = '4.1.1';

const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';

/** What drains a backlog faster on two cores; the defaults are made for many small connectors. */
const TUNED = {
  heap: '1g',
  worker: {
    'producer.linger.ms': '5',
    'producer.batch.size': '524288',
    'producer.buffer.memory': '134217728',
    'producer.max.request.size': '4194304',
    'offset.flush.interval.ms': '5000',
  },
  connector: { 'max.batch.size': '16384', 'max.queue.size': '65536', 'poll.interval.ms': '10' },
} as const;

export type Properties = Readonly<Record<string, string>>;

export interface Connector {
  /** Also the connector's name in Kafka Connect. */
  readonly name: string;
  readonly config: Properties;
}

export interface WorkerOptions {
  /** For its properties, logs and offsets; a worker that is started there again goes on where the one before was. */
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly connectors: readonly Connector[];
  /** Large queues and batches, for a measurement; the connector's own part is `outboxConnector`'s. */
  readonly isTuned?: boolean;
  /** Worker properties beside or instead of those that are set here. */
  readonly worker?: Properties;
  /** The JVM's largest heap. */
  readonly heap?: string;
  readonly progress?: Progress;
}

/** A standalone Kafka Connect worker with Debezium's connector for Postgres. */
export interface DebeziumWorker extends AsyncDisposable {
  readonly pid: number;
  /** State of the connector's one task, such as RUNNING or FAILED, with the stack trace of what failed. */
  status(connector: string): Promise<{ readonly state: string; readonly trace: string }>;
  /** Ends it as an operator would: what was read is produced, the offsets are written, the slots are confirmed. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Its file of offsets, which only Java can read; `OffsetDump` does. */
export const OFFSETS_FILE = 'connect.offsets';

/** The folder with the jars of Kafka Connect and the connector, resolved by Maven once a machine. */
export function debeziumJars(progress: Progress = () => undefined): Promise<string> {
  const { cacheFolder } = loadConfig(stackOptions);
  return mavenJars({
    name: `debezium-${DEBEZIUM_VERSION}-connect-${CONNECT_VERSION}`,
    artifacts: [
      `org.apache.kafka:connect-runtime:${CONNECT_VERSION}`,
      `org.apache.kafka:connect-transforms:${CONNECT_VERSION}`,
      `org.apache.kafka:connect-json:${CONNECT_VERSION}`,
      `io.debezium:debezium-connector-postgres:${DEBEZIUM_VERSION}`,
      'org.slf4j:slf4j-simple:1.7.36',
    ],
    message: `fetching Debezium ${DEBEZIUM_VERSION} and Kafka Connect ${CONNECT_VERSION} (once a machine)`,
    cacheFolder,
    progress,
  });
}

/** Starts a worker with all connectors and waits until it is up; the connectors' tasks start behind that. */
export async function startDebeziumWorker(options: WorkerOptions): Promise<DebeziumWorker> {
  const jars = await debeziumJars(options.progress);
  await mkdir(options.folder, { recursive: true });
  const port = await freePort();
  const files = await writeProperties(options, port);
  const child = startJava({ jars, files, heap: options.heap ?? (options.isTuned === true ? TUNED.heap : '512m') });
  try {
    await untilLine(child, { pattern: /Kafka Connect started/, what: 'Kafka Connect', timeoutMs: 120_000 });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  // Nobody reads its log from here on, and a full pipe would stop it.
  child.stdout?.resume();
  child.stderr?.resume();
  return handleOf(child, port);
}

function startJava({ jars, files, heap }: { jars: string; files: string[]; heap: string }): ChildProcess {
  const log = (name: string, level: string): string => `-Dorg.slf4j.simpleLogger.log.${name}=${level}`;
  const flags = [
    `-Xmx${heap}`,
    '-XX:+UseG1GC',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    // The line that tells of readiness is logged at level info.
    log('org.apache.kafka.connect.runtime.Connect', 'info'),
  ];
  const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
  // A process group of its own, so that Ctrl-C reaches it only through whoever started it.
  return spawn('java', [...flags, '-cp', join(jars, '*'), main, ...files], { detached: true });
}

function handleOf(child: ChildProcess, port: number): DebeziumWorker {
  const end = (signal: NodeJS.Signals): Promise<void> => endChild(child, signal);
  return {
    pid: child.pid ?? 0,
    status: async (connector) => {
      const response = await fetch(`http://127.0.0.1:${port}/connectors/${connector}/status`);
      if (!response.ok) return { state: 'UNASSIGNED', trace: '' };
      const { tasks } = (await response.json()) as { tasks: { state: string; trace?: string }[] };
      return { state: tasks[0]?.state ?? 'UNASSIGNED', trace: tasks[0]?.trace ?? '' };
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}

async function writeProperties(
  { folder, brokers, connectors, worker, isTuned }: WorkerOptions,
  port: number,
): Promise<string[]> {
  const workerFile = join(folder, 'worker.properties');
  const settings: Properties = {
    'bootstrap.servers': brokers.join(','),
    'key.converter': STRING_CONVERTER,
    'value.converter': STRING_CONVERTER,
    'header.converter': STRING_CONVERTER,
    'offset.storage.file.filename': join(folder, OFFSETS_FILE),
    'offset.flush.interval.ms': '500',
    listeners: `http://127.0.0.1:${port}`,
    'plugin.discovery': 'service_load',
    'producer.max.request.size': '4194304',
    ...(isTuned === true ? TUNED.worker : {}),
    ...worker,
  };
  await writeFile(workerFile, asProperties(settings));
  const files = [workerFile];
  for (const { name, config } of connectors) {
    const file = join(folder, `${name}.properties`);
    await writeFile(file, asProperties({ name, ...config }));
    files.push(file);
  }
  return files;
}

/** In the form of a properties file; a backslash would be one's escape. */
function asProperties(settings: Properties): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}

export interface OutboxConnector {
  readonly name: string;
  readonly postgresUrl: string;
  readonly slot: string;
  readonly publication: string;
  /** `schema.table` */
  readonly table: string;
  /** Put before every topic, behind the router. */
  readonly topicPrefix: string;
  readonly partitions: number;
  /** The router's options under their own names. */
  readonly router?: Properties;
  readonly isTuned?: boolean;
  /** Further options of the connector. */
  readonly connector?: Properties;
}

/** A connector that reads one outbox table from a slot and a publication that exist, through the event router. */
export function outboxConnector(options: OutboxConnector): Connector {
  const { hostname, port, username, password, pathname } = new URL(options.postgresUrl);
  const router = Object.entries(options.router ?? {}).map(([name, value]) => [`transforms.outbox.${name}`, value]);
  return {
    name: options.name,
    config: {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'tasks.max': '1',
      'database.hostname': hostname,
      'database.port': port === '' ? '5432' : port,
      'database.user': decodeURIComponent(username),
      'database.password': decodeURIComponent(password),
      'database.dbname': pathname.slice(1),
      'topic.prefix': options.name,
      'plugin.name': 'pgoutput',
      'slot.name': options.slot,
      'publication.name': options.publication,
      'publication.autocreate.mode': 'disabled',
      'table.include.list': options.table.replaceAll('.', '\\.'),
      'snapshot.mode': 'no_data',
      'topic.creation.default.partitions': String(options.partitions),
      'topic.creation.default.replication.factor': '1',
      ...(options.isTuned === true ? TUNED.connector : {}),
      ...options.connector,
      transforms: 'outbox,place',
      'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
      ...Object.fromEntries(router),
      'transforms.place.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.place.regex': '(.*)',
      'transforms.place.replacement': `${options.topicPrefix.replaceAll('$', '\\$')}$1`,
    },
  };
}
