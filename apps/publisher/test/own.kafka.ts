import { randomBytes } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild, freePort, kafkaJars, runToEnd, untilLine } from '#stack';

/** A broker of a test's own with access control: everything is allowed that no rule speaks of. */
export interface OwnBroker extends AsyncDisposable {
  readonly brokers: string;
}

/** False on a machine whose servers come from Docker alone. */
export function canOpenBroker(): boolean {
  return ['java', 'mvn'].every((program) => spawnSync(program, ['-version'], { stdio: 'ignore' }).status === 0);
}

export async function openBroker(): Promise<OwnBroker> {
  const cacheFolder = process.env['CAUSEWAY_CACHE'] ?? '';
  const jars = await kafkaJars({ cacheFolder, progress: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), 'causeway-broker-'));
  const [port, controller] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  await writeFile(config, properties({ port, controller, data: join(folder, 'data') }));
  const java = (args: string[]): ChildProcess =>
    spawn('java', [
      '-Xmx384m',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
      '-cp',
      join(jars, '*'),
      ...args,
    ]);
  const clusterId = randomBytes(16).toString('base64url');
  await runToEnd(
    java(['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', config]),
    'Kafka format',
  );
  const child = java(['kafka.Kafka', config]);
  process.once('exit', () => child.kill('SIGKILL'));
  await untilLine(child, { pattern: /Kafka Server started/, what: 'Kafka', timeoutMs: 60_000 });
  return {
    brokers: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await endChild(child, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function properties({ port, controller, data }: { port: number; controller: number; data: string }): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': true,
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
