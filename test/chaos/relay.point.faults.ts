import type { RelayFaultPoint } from '../../apps/relay/src/fault.points.ts';
import { until } from '../support/until.ts';
import { FAULT_LINE } from './fault.trigger.ts';
import { aMoment, CALL_TIMEOUT_MS } from './relay.stage.ts';
import type { RelayFault, RelayScene } from './relay.scene.ts';

/** A dead member of the group is mostly forgotten at once, since its session would cost ten seconds; and sometimes not. */
const PATIENT = 0.1;

/** A relay that ends itself at a point while events flow; `most`: the latest time that it comes there. `before` makes it come there. */
const killedAt =
  (point: RelayFaultPoint, { most = 1, before = () => Promise.resolve() }: KillOptions = {}): RelayFault =>
  async (scene) => {
    const { stage, random } = scene;
    const doomed = stage.start({ point, nth: random.int(1, most), action: 'kill' });
    try {
      await Promise.all([before(scene), doomed.died()]);
    } finally {
      // One that never came there must not end in a later round.
      await doomed.end('SIGKILL');
      await startAgain(scene);
    }
  };

interface KillOptions {
  readonly most?: number;
  readonly before?: (scene: RelayScene) => Promise<unknown>;
}

/** One that freezes at a point for longer than its lease and its session, while another takes over. */
const frozenAt =
  (point: RelayFaultPoint, most = 1): RelayFault =>
  async (scene) => {
    const { stage, random } = scene;
    const frozen = stage.start({ point, nth: random.int(1, most), action: 'freeze' });
    await frozen.said(FAULT_LINE);
    await startAgain(scene);
    await aMoment(random, 5000);
    frozen.signal('SIGCONT');
    await aMoment(random, 1000);
    await random.pick(stage.running).end('SIGKILL');
    if (stage.running.length === 0) await startAgain(scene);
  };

/** Starts a relay after one is gone. */
export async function startAgain({ stage, random }: Pick<RelayScene, 'stage' | 'random'>): Promise<void> {
  if (!random.chance(PATIENT)) await stage.forgetDeadMembers();
  await stage.startConsuming();
}

/** Answers get lost, so that something is unknown. */
const losingAnswers = ({ stage }: RelayScene): Promise<unknown> =>
  Promise.all(
    ['records.upsert', 'records.update', 'records.insert', 'notes.insert', 'leads.convert'].map((kind) =>
      stage.crm.act('faults', { kind, count: 2, effect: 'drop_answer' }),
    ),
  );

/** The access token is not good any more, so that another one is asked for. */
const withoutToken = async ({ stage }: RelayScene): Promise<void> => {
  await stage.crm.act('clock', { advanceMs: 601_000 });
  await stage.desk.forgetToken();
};

/** The day of the schedule comes once its users are known. */
const onTheDay = ({ stage, userIds }: RelayScene): Promise<unknown> =>
  until('a timer that becomes due', async () => ((await stage.desk.makeTimersDue(userIds)) > 0 ? true : null));

/** Kill -9 between each two steps of mapper, dispatcher, scheduler and token, and a relay that comes back from the dead. No relay runs before. */
export const relayPointFaults = {
  'killed: batch received': killedAt('batch received', { most: 2 }),
  'killed: batch mapped': killedAt('batch mapped', { most: 2 }),
  'killed: offsets committed': killedAt('offsets committed', { most: 2 }),
  'killed: commands claimed': killedAt('commands claimed', { most: 5 }),
  'killed: echoes stored': killedAt('echoes stored', { most: 5 }),
  'killed: call answered': killedAt('call answered', { most: 5 }),
  'killed: first call answered': killedAt('call answered'),
  'killed: outcomes settled': killedAt('outcomes settled', { most: 5 }),
  'killed: lead converted': killedAt('lead converted'),
  'killed: unknown looked up': killedAt('unknown looked up', { most: 2, before: losingAnswers }),
  'killed: unknown settled': killedAt('unknown settled', { before: losingAnswers }),
  'killed: token change begun': killedAt('token change begun', { most: 2, before: withoutToken }),
  'killed: token stored': killedAt('token stored', { most: 2, before: withoutToken }),
  'killed: timers told': killedAt('timers told', { before: onTheDay }),
  'killed: timers committed': killedAt('timers committed', { before: onTheDay }),
  'frozen, another takes over: batch received': frozenAt('batch received', 2),
  'frozen, another takes over: commands claimed': frozenAt('commands claimed', 5),
  'frozen, another takes over: echoes stored': frozenAt('echoes stored', 5),
  'frozen, another takes over: call answered': frozenAt('call answered', 5),
} satisfies Record<string, RelayFault>;

/** Lets a call that is under way run into its timeout. */
export const BEYOND_TIMEOUT_MS = CALL_TIMEOUT_MS + 500;
