import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaSetup } from './embedded.setup.ts';
import { endChild, runToEnd, untilLine } from './child.process.ts';
import { freePort } from './free.port.ts';
import type { Restart } from './stack.ts';

export interface EmbeddedKafka {
  readonly brokers: readonly string[];
  readonly restart: Restart;
  /** Name -> address of each listener of the set-up. */
  readonly listeners: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts one Kafka node (broker and controller, KRaft) on the local JVM, with its data in `folder`. */
export async function startEmbeddedKafka(options: {
  readonly jars: string;
  readonly folder: string;
  readonly setup?: KafkaSetup | undefined;
}): Promise<EmbeddedKafka> {
  const { setup = NO_SETUP } = options;
  // It may begin with a hyphen, which would look like an option if it stood alone.
  const clusterId = randomBytes(16).toString('base64url');
  for (let attempt = 1; ; attempt += 1) {
    const data = join(options.folder, `kafka-${attempt}`);
    const config = `${data}.properties`;
    const [port, controllerPort] = [await freePort(), await freePort()];
    const listeners = await placeListeners(setup);
    await writeFile(config, serverProperties({ port, controllerPort, data, setup, listeners }));
    const users = setup.scramUsers.map((user) => `--add-scram=${user}`);
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', config, ...users];
    await runToEnd(java(options.jars, format), 'Kafka format');
    try {
      let child = await startBroker(options.jars, config);
      return {
        brokers: [`127.0.0.1:${port}`],
        listeners,
        restart: async (kind) => {
          await endChild(child, kind === 'in order' ? 'SIGTERM' : 'SIGKILL');
          child = await startBroker(options.jars, config);
        },
        stop: () => endChild(child, 'SIGTERM'),
      };
    } catch (error) {
      // Another process may have taken one of the ports in between.
      if (attempt === 3) throw error;
    }
  }
}

async function startBroker(jars: string, config: string): Promise<ChildProcess> {
  const child = java(jars, ['kafka.Kafka', config]);
  await untilLine(child, { pattern: /Kafka Server started/, what: 'Kafka', timeoutMs: 60_000 });
  return child;
}

const NO_SETUP: KafkaSetup = { listeners: [], settings: {}, scramUsers: [] };

async function placeListeners({ listeners }: KafkaSetup): Promise<Record<string, string>> {
  const placed: Record<string, string> = {};
  for (const { name } of listeners) placed[name] = `127.0.0.1:${await freePort()}`;
  return placed;
}

function java(jars: string, args: string[]): ChildProcess {
  const flags = ['-Xmx1g', '-XX:+UseG1GC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  // The line that tells of readiness is logged at level info.
  const ready = '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info';
  return spawn('java', [...flags, ready, '-cp', join(jars, '*'), ...args]);
}

/** What a single node needs: every internal topic with one replica, few partitions, no waiting for more members. */
function serverProperties(options: {
  port: number;
  controllerPort: number;
  data: string;
  setup: KafkaSetup;
  listeners: Readonly<Record<string, string>>;
}): string {
  const { setup } = options;
  const more = Object.entries(options.listeners).map(([name, address]) => `,${name}://${address}`);
  const protocols = setup.listeners.map(({ name, protocol }) => `,${name}:${protocol}`);
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${options.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}${more.join('')}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.port}${more.join('')}`,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols.join('')}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': options.data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    ...setup.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${escape(String(value))}\n`)
    .join('');
}

/** As the values of Java's property files are written: certificates have lines. */
function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
