import type { FaultPoint } from '../../apps/publisher/src/fault.points.ts';
import { until } from '../support/until.ts';
import { afterNext, type Fault } from './fault.scene.ts';
import { FAULT_LINE } from './fault.trigger.ts';
import { aMoment } from './publisher.stage.ts';

/** A large transaction is several batches of this size. */
const SMALL_BATCH_ROWS = 200;

/** A publisher that ends itself at a point while rows are written; `most`: the latest time that it comes there. */
const killedAt =
  (point: FaultPoint, most = 1): Fault =>
  async ({ stage, random }) => {
    const doomed = stage.start({ point, nth: random.int(1, most), action: 'kill' });
    await doomed.died();
    await stage.startStreaming();
  };

/** One that freezes at a point, until another has taken over; then both go on. */
const frozenAt =
  (point: FaultPoint, most = 1): Fault =>
  async ({ stage, random }) => {
    const first = stage.start({ point, nth: random.int(1, most), action: 'freeze' });
    await first.said(FAULT_LINE);
    const second = await stage.startStreaming();
    await afterNext(second, 'batches_total');
    await aMoment(random, 300);
    first.signal('SIGCONT');
    await aMoment(random, 800);
    await random.pick([first, second]).end('SIGKILL');
  };

/** Kill -9 between each two steps, and a publisher that comes back from the dead in the middle of a batch. No publisher runs before. */
export const pointFaults = {
  'killed: slot owned': killedAt('slot owned'),
  'killed: producers fenced': killedAt('producers fenced'),
  'killed: position read': killedAt('position read'),
  'killed: batch taken': killedAt('batch taken', 15),
  'killed: topics ensured': killedAt('topics ensured', 15),
  'killed: transaction begun': killedAt('transaction begun', 15),
  'killed: records sent': killedAt('records sent', 15),
  'killed: before commit': killedAt('before commit', 15),
  'killed: commit answered': killedAt('commit answered', 15),
  'killed: first commit answered': killedAt('commit answered'),
  'killed: confirmed': killedAt('confirmed', 15),
  'killed: status sent': killedAt('status sent', 10),
  'killed: part stored': async ({ stage, random, writeLarge }) => {
    stage.batchRows = SMALL_BATCH_ROWS;
    const rows = random.int(2000, 6000);
    const nth = random.int(1, Math.floor(rows / SMALL_BATCH_ROWS) - 1);
    const doomed = stage.start({ point: 'part stored', nth, action: 'kill' });
    await Promise.all([doomed.died(), writeLarge(rows)]);
    await stage.startStreaming();
  },
  'killed: stopping': async ({ stage, random }) => {
    const doomed = stage.start({ point: 'stopping', nth: 1, action: 'kill' });
    await doomed.said('streaming');
    await aMoment(random, 300);
    doomed.signal('SIGTERM');
    await doomed.died();
    await stage.startStreaming();
  },
  'frozen, another takes over: producers fenced': frozenAt('producers fenced'),
  'frozen, another takes over: position read': frozenAt('position read'),
  'frozen, another takes over: batch taken': frozenAt('batch taken', 10),
  'frozen, another takes over: transaction begun': frozenAt('transaction begun', 10),
  'frozen, another takes over: records sent': frozenAt('records sent', 10),
  'frozen, another takes over: before commit': frozenAt('before commit', 10),
  'frozen, another takes over: commit answered': frozenAt('commit answered', 10),
} satisfies Record<string, Fault>;

/** The very first start: a slot of another name, made while nobody writes, since rows from before a slot are not in its stream. */
const killedAtBirth =
  (point: FaultPoint): Fault =>
  async ({ stage, write }) => {
    await stage.source.renewSlot();
    const doomed = stage.start({ point, nth: 1, action: 'kill' });
    await doomed.died();
    write();
    await stage.startStreaming();
  };

/** Points that only come while nobody writes. No publisher runs before. */
export const quietFaults = {
  'first start, killed: slot created': killedAtBirth('slot created'),
  'first start, killed: slot owned': killedAtBirth('slot owned'),
  'first start, killed: producers fenced': killedAtBirth('producers fenced'),
  'first start, killed: position read': killedAtBirth('position read'),
  'first start, killed: first position stored': killedAtBirth('first position stored'),
  'killed: idle position stored': async ({ stage, write }) => {
    const doomed = stage.start({ point: 'idle position stored', nth: 1, action: 'kill' });
    let isOver = false;
    const over = doomed.died().finally(() => (isOver = true));
    const stirring = until('the publisher to store an idle position', async () => {
      await stage.source.stir();
      return isOver ? true : null;
    });
    await Promise.all([over, stirring]);
    write();
    await stage.startStreaming();
  },
} satisfies Record<string, Fault>;
