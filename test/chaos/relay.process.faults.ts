import { aMoment } from './relay.stage.ts';
import { startAgain } from './relay.point.faults.ts';
import type { RelayFault } from './relay.scene.ts';

const CALL_MS = 120;

/** Relays that are killed, stopped, frozen, or more than one; connections that people pause. */
export const relayProcessFaults = {
  'kill at random': async (scene) => {
    const { stage, random } = scene;
    await aMoment(random, 1500);
    await stage.relay.end('SIGKILL');
    await startAgain(scene);
  },
  'kill while calls are slow': async (scene) => {
    const { stage, random } = scene;
    await stage.crm.act('settings', { latencyMs: { minMs: CALL_MS, maxMs: 4 * CALL_MS } });
    await aMoment(random, 2000);
    await stage.relay.end('SIGKILL');
    await startAgain(scene);
  },
  'killed again and again': async (scene) => {
    const { stage, random } = scene;
    for (let kills = random.int(2, 3); kills > 0; kills -= 1) {
      await aMoment(random, 1200);
      await stage.relay.end('SIGKILL');
      await startAgain(scene);
    }
  },
  'stop and start': async ({ stage, random }) => {
    await aMoment(random, 1000);
    await stage.relay.end('SIGTERM');
    await stage.startConsuming();
  },
  'two relays': async ({ stage, fed }) => {
    await stage.crm.act('settings', { latencyMs: { minMs: 20, maxMs: 60 } });
    await stage.startConsuming();
    await fed;
  },
  'two relays, one is killed': async (scene) => {
    const { stage, random } = scene;
    await stage.startConsuming();
    await aMoment(random, 1500);
    await random.pick(stage.running).end('SIGKILL');
    if (!random.chance(0.2)) await stage.forgetDeadMembers();
  },
  'relays join and leave': async ({ stage, random }) => {
    for (let turns = random.int(2, 3); turns > 0; turns -= 1) {
      const second = await stage.startConsuming();
      await aMoment(random, 600);
      await random.pick([stage.relay, second]).end('SIGTERM');
    }
  },
  'taken out of the group': async ({ stage, random }) => {
    for (let turns = random.int(2, 4); turns > 0; turns -= 1) {
      await aMoment(random, 400);
      await stage.forgetDeadMembers();
    }
  },
  frozen: async ({ stage, random }) => {
    await aMoment(random, 800);
    stage.relay.signal('SIGSTOP');
    await aMoment(random, 6000);
    stage.relay.signal('SIGCONT');
  },
  'two relays, one is frozen': async ({ stage, random }) => {
    await stage.startConsuming();
    await aMoment(random, 800);
    const frozen = random.pick(stage.running);
    frozen.signal('SIGSTOP');
    await aMoment(random, 6000);
    frozen.signal('SIGCONT');
  },
  'paused and resumed': async ({ stage, random }) => {
    for (let turns = random.int(1, 3); turns > 0; turns -= 1) {
      await aMoment(random, 500);
      await stage.desk.pause();
      await aMoment(random, 800);
      await stage.desk.resume();
    }
  },
  'paused, killed and resumed': async (scene) => {
    const { stage, random } = scene;
    await aMoment(random, 500);
    await stage.desk.pause();
    await stage.relay.end('SIGKILL');
    await startAgain(scene);
    await stage.desk.resume();
  },
} satisfies Record<string, RelayFault>;
