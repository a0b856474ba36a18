import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { SESSION_SECONDS } from './campaign.source.ts';
import { aMoment, type PublisherStage } from './publisher.stage.ts';
import type { SeededRandom } from './seeded.random.ts';
import type { TcpProxy } from './tcp.proxy.ts';

/** What a fault has at hand. It leaves at least one publisher running; rows are being written all the time. */
export interface FaultScene {
  readonly stage: PublisherStage;
  readonly random: SeededRandom;
  /** Commits one transaction of this many rows, beside the other writers. */
  readonly writeLarge: (rows: number) => Promise<void>;
}
type Fault = (scene: FaultScene) => Promise<void>;

const FROZEN_MS = (SESSION_SECONDS + 2) * 1000;
/** A batch takes a few milliseconds: a kill within them hits any of its steps. */
const WITHIN_A_BATCH_MS = 15;

const faults = {
  'kill at random': async ({ stage, random }) => {
    await aMoment(random, 600);
    await stage.publisher.end('SIGKILL');
    await stage.startStreaming();
  },
  'kill around a commit': async ({ stage, random }) => {
    await afterNext(stage, 'batches_total');
    await aMoment(random, WITHIN_A_BATCH_MS);
    await stage.publisher.end('SIGKILL');
    await stage.startStreaming();
  },
  'kill in a large transaction': async ({ stage, random, writeLarge }) => {
    await writeLarge(random.int(4000, 9000));
    await afterNext(stage, 'rows_total');
    await aMoment(random, 200);
    await stage.publisher.end('SIGKILL');
    await stage.startStreaming();
  },
  'kill while starting': async ({ stage, random }) => {
    await stage.publisher.end('SIGKILL');
    for (let kills = random.int(1, 3); kills > 0; kills -= 1) {
      const next = stage.start();
      await next.said('listening');
      await aMoment(random, 300);
      await next.end('SIGKILL');
    }
    await stage.startStreaming();
  },
  'kill as soon as it streams': async ({ stage, random }) => {
    await stage.publisher.end('SIGKILL');
    const next = await stage.startStreaming();
    await aMoment(random, WITHIN_A_BATCH_MS);
    await next.end('SIGKILL');
    await stage.startStreaming();
  },
  'stop and start': async ({ stage, random, writeLarge }) => {
    const writing = random.chance(0.5) ? writeLarge(random.int(2000, 6000)) : Promise.resolve();
    await aMoment(random, 400);
    await stage.publisher.end('SIGTERM');
    await aMoment(random, 300);
    await stage.startStreaming();
    await writing;
  },
  'two fight, the first is killed': async ({ stage, random }) => {
    const first = stage.publisher;
    const second = stage.start();
    await second.said('listening');
    await aMoment(random, 500);
    await first.end('SIGKILL');
    await second.said('streaming');
  },
  'two fight, the slot changes hands': async ({ stage, random }) => {
    const second = stage.start();
    await second.said('listening');
    for (let cuts = random.int(2, 5); cuts > 0; cuts -= 1) {
      await aMoment(random, 400);
      await stage.source.cutWalsender();
    }
    await random.pick(stage.running).end('SIGKILL');
  },
  'walsender terminated': async ({ stage, random }) => {
    for (let cuts = random.int(1, 4); cuts > 0; cuts -= 1) {
      await aMoment(random, 400);
      await stage.source.cutWalsender();
    }
  },
  'Postgres cut': (scene) => cutProxies(scene, [scene.stage.postgres]),
  'Kafka cut': (scene) => cutProxies(scene, scene.stage.kafka),
  'Postgres silent': (scene) => stallProxies(scene, [scene.stage.postgres]),
  'Kafka silent': (scene) => stallProxies(scene, scene.stage.kafka),
  'Kafka answers lost': async ({ stage, random }) => {
    await aMoment(random, 300);
    for (const proxy of stage.kafka) proxy.stall('answers');
    await aMoment(random, 300);
    for (const proxy of stage.kafka) {
      proxy.cut();
      proxy.resume();
    }
  },
  'Kafka answers lost, then killed': async ({ stage, random }) => {
    await aMoment(random, 300);
    for (const proxy of stage.kafka) proxy.stall('answers');
    await aMoment(random, 100);
    await stage.publisher.end('SIGKILL');
    for (const proxy of stage.kafka) proxy.resume();
    await stage.startStreaming();
  },
  frozen: async ({ stage, random }) => {
    await aMoment(random, 300);
    stage.publisher.signal('SIGSTOP');
    await pause(FROZEN_MS);
    stage.publisher.signal('SIGCONT');
  },
  'frozen, and another takes over': async ({ stage, random }) => {
    const first = stage.publisher;
    const second = stage.start();
    await second.said('listening');
    await aMoment(random, 300);
    first.signal('SIGSTOP');
    await second.said('streaming');
    await aMoment(random, 300);
    first.signal('SIGCONT');
    await aMoment(random, 500);
    await random.pick([first, second]).end('SIGKILL');
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const FAULTS: Readonly<Record<FaultName, Fault>> = faults;
export const FAULT_NAMES = Object.keys(faults) as FaultName[];

/** Waits until the publisher has counted something more. */
async function afterNext({ publisher }: PublisherStage, metric: string): Promise<void> {
  const before = await publisher.metric(metric);
  await until(`more of ${metric}`, async () => ((await publisher.metric(metric)) > before ? true : null), 60_000);
}

async function cutProxies({ random }: FaultScene, proxies: readonly TcpProxy[]): Promise<void> {
  for (let cuts = random.int(1, 3); cuts > 0; cuts -= 1) {
    await aMoment(random, 300);
    const isAway = random.chance(0.5);
    for (const proxy of proxies) {
      proxy.refuse(isAway);
      proxy.cut();
    }
    if (isAway) await aMoment(random, 800);
    for (const proxy of proxies) proxy.refuse(false);
  }
}

async function stallProxies({ random }: FaultScene, proxies: readonly TcpProxy[]): Promise<void> {
  await aMoment(random, 300);
  for (const proxy of proxies) proxy.stall('everything');
  await aMoment(random, FROZEN_MS);
  const isCut = random.chance(0.5);
  for (const proxy of proxies) {
    if (isCut) proxy.cut();
    proxy.resume();
  }
}
