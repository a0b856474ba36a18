import { setTimeout as pause } from 'node:timers/promises';
import { SESSION_SECONDS } from './campaign.source.ts';
import type { Fault, FaultScene } from './fault.scene.ts';
import { aMoment } from './publisher.stage.ts';
import type { TcpProxy } from './tcp.proxy.ts';

const SILENT_MS = (SESSION_SECONDS + 2) * 1000;
/** Long enough for a status update to go out: confirmations are sent 50 ms apart at most. */
const STATUS_MS = 300;

/** Connections that are cut, go silent, or lose what comes back. */
export const linkFaults = {
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
  'Kafka silent, then killed': async ({ stage, random }) => {
    for (const proxy of stage.kafka) proxy.stall('everything');
    // Rows are read meanwhile, and none of them is stored.
    await pause(STATUS_MS + random.int(0, 300));
    await stage.publisher.end('SIGKILL');
    for (const proxy of stage.kafka) proxy.resume();
    await stage.startStreaming();
  },
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
} satisfies Record<string, Fault>;

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
  await aMoment(random, SILENT_MS);
  const isCut = random.chance(0.5);
  for (const proxy of proxies) {
    if (isCut) proxy.cut();
    proxy.resume();
  }
}
