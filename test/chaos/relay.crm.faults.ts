import { setTimeout as pause } from 'node:timers/promises';
import { BEYOND_TIMEOUT_MS, startAgain } from './relay.point.faults.ts';
import { aMoment } from './relay.stage.ts';
import type { RelayFault, RelayScene } from './relay.scene.ts';

/** Calls that write. */
const WRITES = ['records.upsert', 'records.update', 'records.insert', 'notes.insert', 'leads.convert'] as const;
/** Longer than most requests and answers of a round. */
const MOST_BYTES = 1200;
const STORM_MS = 2000;

const arm = (scene: RelayScene, rule: object): Promise<unknown> => scene.stage.crm.act('faults', rule);

/** An effect that meets some of the calls of every kind. */
const onWrites =
  (effectOf: (scene: RelayScene) => unknown, { count = 2, probability = 0.6 } = {}): RelayFault =>
  async (scene) => {
    for (const kind of WRITES) await arm(scene, { kind, count, probability, effect: effectOf(scene) });
    await scene.fed;
  };

/** Every call fails for a while. */
const storm =
  (effectOf: (scene: RelayScene) => unknown): RelayFault =>
  async (scene) => {
    await aMoment(scene.random, 300);
    await arm(scene, { path: '/crm/*', effect: effectOf(scene) });
    await pause(STORM_MS);
    await scene.stage.crm.clearFaults();
    await scene.fed;
  };

const tooMany = { status: 429, body: { code: 'TOO_MANY_REQUESTS', message: 'too many', status: 'error', details: {} } };
const broken = { status: 500, body: { code: 'INTERNAL_ERROR', message: 'broken', status: 'error', details: {} } };

/** What goes wrong in the CRM and on the way to it. */
export const relayCrmFaults = {
  'answers lost': onWrites(() => 'drop_answer', { count: 3, probability: 0.7 }),
  'requests lost': onWrites(() => 'cut_request'),
  'answers cut at a byte': onWrites(({ random }) => ({ cut_answer_at: random.int(0, MOST_BYTES) }), { count: 3 }),
  'requests cut at a byte': onWrites(({ random }) => ({ cut_request_at: random.int(0, MOST_BYTES) }), { count: 3 }),
  'half a body': onWrites(() => 'half_body'),
  'a page instead of JSON': onWrites(() => 'html'),
  'errors after the write': onWrites(() => ({ ...broken, after: true })),
  'answers beyond the timeout': onWrites(() => ({ delayMs: BEYOND_TIMEOUT_MS }), { count: 1, probability: 0.5 }),
  'answers lost, then killed': async (scene) => {
    const { stage, random } = scene;
    for (const kind of WRITES) await arm(scene, { kind, count: 3, probability: 0.6, effect: 'drop_answer' });
    await aMoment(random, 2000);
    await stage.relay.end('SIGKILL');
    await startAgain(scene);
  },
  'answers lost while it looks': async (scene) => {
    for (const kind of WRITES) await arm(scene, { kind, count: 2, probability: 0.7, effect: 'drop_answer' });
    for (const kind of ['records.get', 'coql', 'related', 'leads.get'])
      await arm(scene, { kind, count: 2, probability: 0.5, effect: 'drop_answer' });
    await scene.fed;
  },
  'too many requests': storm(() => tooMany),
  'the CRM is broken': storm(() => broken),
  'the CRM is broken and writes': storm(() => ({ ...broken, after: true })),
  'the link to the CRM is cut': async ({ stage, random, fed }) => {
    for (let cuts = random.int(4, 12); cuts > 0; cuts -= 1) {
      await aMoment(random, 250);
      stage.crmLink.cut();
    }
    await fed;
  },
  'the CRM is away': async ({ stage, random, fed }) => {
    await aMoment(random, 500);
    stage.crmLink.refuse(true);
    stage.crmLink.cut();
    await pause(STORM_MS);
    stage.crmLink.refuse(false);
    await fed;
  },
  'the CRM is silent': async ({ stage, random, fed }) => {
    await aMoment(random, 500);
    stage.crmLink.stall(random.chance(0.5) ? 'everything' : 'answers');
    await pause(BEYOND_TIMEOUT_MS);
    stage.crmLink.resume();
    await fed;
  },
  'the token is revoked': async (scene) => {
    await scene.stage.crm.act('clock', { advanceMs: 601_000 });
    await scene.stage.desk.forgetToken();
    for (let turns = 2; turns > 0; turns -= 1) {
      await aMoment(scene.random, 600);
      await arm(scene, { path: '/crm/*', count: 1, effect: 'revoke_token' });
    }
    await scene.fed;
  },
  'the token expires': async ({ stage, random, fed }) => {
    await stage.desk.forgetToken();
    await aMoment(random, 600);
    await stage.crm.act('clock', { advanceMs: 3_700_000 });
    await fed;
  },
} satisfies Record<string, RelayFault>;
