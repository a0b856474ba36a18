import { setTimeout as pause } from 'node:timers/promises';
import { SESSION_SECONDS } from './campaign.source.ts';
import { WITHIN_A_BATCH_MS, afterNext, type Fault } from './fault.scene.ts';
import { aMoment } from './publisher.stage.ts';

const FROZEN_MS = (SESSION_SECONDS + 2) * 1000;

/** Publishers that are killed, stopped, frozen, or more than one. */
export const processFaults = {
  'kill at random': async ({ stage, random }) => {
    await aMoment(random, 600);
    await stage.publisher.end('SIGKILL');
    await stage.startStreaming();
  },
  'kill around a commit': async ({ stage, random }) => {
    await afterNext(stage.publisher, 'batches_total');
    await aMoment(random, WITHIN_A_BATCH_MS);
    await stage.publisher.end('SIGKILL');
    await stage.startStreaming();
  },
  'kill in a large transaction': async ({ stage, random, writeLarge }) => {
    await writeLarge(random.int(4000, 9000));
    await afterNext(stage.publisher, 'rows_total');
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
