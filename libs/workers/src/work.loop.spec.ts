import fc from 'fast-check';
import { capturedLogger, silentLogger, until } from '#testing';
import { WorkLoop } from './work.loop.ts';

/** Longer than any test: a round that comes did not come by polling. */
const NEVER_MS = 3_600_000;
/** What a busy machine may stand still for. Work that is left behind is never taken, so waiting for longer shows no more. */
const STALL_MS = 20_000;

function loopOf(round: () => Promise<boolean>, rest: { concurrency?: number; pollMs?: number } = {}): WorkLoop {
  return new WorkLoop({ name: 'spec', concurrency: 1, pollMs: NEVER_MS, logger: silentLogger, ...rest, round });
}

/** A promise that a spec resolves when it likes. */
function gate<T = void>(): { opened: Promise<T>; open: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { opened: promise, open: resolve };
}

/** Lets others go first, so many times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe('WorkLoop', () => {
  it('goes on while there is work and then sleeps', async () => {
    let left = 5;
    let rounds = 0;
    const loop = loopOf(() => {
      rounds += 1;
      left -= 1;
      return Promise.resolve(left > 0);
    });
    loop.start();
    await until(() => left === 0);
    await loop.stop();
    expect(rounds).toBe(5);
  });

  it('is woken', async () => {
    let rounds = 0;
    const loop = loopOf(() => Promise.resolve((rounds += 1) < 0));
    loop.start();
    await until(() => rounds === 1);
    loop.wake();
    await until(() => rounds === 2);
    await loop.stop();
    expect(rounds).toBe(2);
  });

  it('looks again by itself after a while', async () => {
    let rounds = 0;
    const loop = loopOf(() => Promise.resolve((rounds += 1) < 0), { pollMs: 5 });
    loop.start();
    await until(() => rounds > 3);
    await loop.stop();
    expect(rounds).toBeGreaterThan(3);
  });

  it('does not lose a call that comes while a round ends empty', async () => {
    let rounds = 0;
    const empty = gate<boolean>();
    const loop = loopOf(() => {
      rounds += 1;
      return rounds === 1 ? empty.opened : Promise.resolve(false);
    });
    loop.start();
    // The round has looked already and found nothing; what comes now it cannot have seen.
    loop.wake();
    empty.open(false);
    await until(() => rounds === 2);
    await loop.stop();
    expect(rounds).toBe(2);
  });

  it('takes all work, however calls and rounds fall', async () => {
    const steps = fc.array(fc.record({ add: fc.nat({ max: 3 }), yields: fc.nat({ max: 4 }) }), { maxLength: 30 });
    const [concurrency, roundYields] = [fc.integer({ min: 1, max: 4 }), fc.nat({ max: 3 })];
    await fc.assert(
      fc.asyncProperty(steps, concurrency, roundYields, async (plan, workers, inRound) => {
        const queue: number[] = [];
        const taken: number[] = [];
        const loop = loopOf(
          async () => {
            const found = queue.shift();
            await turns(inRound);
            if (found !== undefined) taken.push(found);
            return found !== undefined;
          },
          { concurrency: workers },
        );
        loop.start();
        let added = 0;
        for (const { add, yields } of plan) {
          for (let item = 0; item < add; item += 1) queue.push((added += 1));
          if (add > 0) loop.wake();
          await turns(yields);
        }
        await until(() => taken.length === added, { timeoutMs: STALL_MS, what: 'all work to be taken' });
        await loop.stop();
        expect(queue).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('works on as many rounds at a time as it may, and no more', async () => {
    const end = gate<boolean>();
    let running = 0;
    const loop = loopOf(
      async () => {
        running += 1;
        return end.opened;
      },
      { concurrency: 3 },
    );
    loop.start();
    loop.wake();
    expect(running).toBe(3);
    const stopped = loop.stop();
    end.open(false);
    await stopped;
    expect(running).toBe(3);
  });

  it('wakes the others when there was work: there may be more', async () => {
    const queue = ['a', 'b', 'c'];
    const waiting: string[] = [];
    const end = gate<boolean>();
    let looked = 0;
    const loop = loopOf(
      async () => {
        looked += 1;
        // Both workers find nothing at first and go to sleep.
        if (looked <= 2) return false;
        const item = queue.shift();
        if (item === undefined) return false;
        if (item === 'a') return true;
        waiting.push(item);
        return end.opened;
      },
      { concurrency: 2 },
    );
    loop.start();
    loop.wake();
    await until(() => waiting.length === 2);
    end.open(false);
    await loop.stop();
    expect(waiting).toEqual(['b', 'c']);
  });

  it('goes on after an error, and tells it', async () => {
    const { logger, lines } = capturedLogger();
    let rounds = 0;
    const round = (): Promise<boolean> => {
      rounds += 1;
      return rounds === 1 ? Promise.reject(new Error('Postgres is away')) : Promise.resolve(false);
    };
    const loop = new WorkLoop({ name: 'spec', concurrency: 1, pollMs: NEVER_MS, logger, round });
    loop.start();
    await until(() => rounds === 2);
    await loop.stop();
    expect(lines).toEqual([expect.objectContaining({ level: 'error', loop: 'spec', reason: 'Postgres is away' })]);
  });

  it('goes on after an error that is thrown at once', async () => {
    let rounds = 0;
    const loop = loopOf(() => {
      rounds += 1;
      if (rounds === 1) throw new Error('no promise');
      return Promise.resolve(false);
    });
    loop.start();
    loop.wake();
    await until(() => rounds === 2);
    await loop.stop();
    expect(rounds).toBe(2);
  });

  it('stops after the round under way, and begins no other', async () => {
    const end = gate<boolean>();
    let rounds = 0;
    let stopped = false;
    const loop = loopOf(async () => {
      rounds += 1;
      return end.opened;
    });
    loop.start();
    const stopping = loop.stop().then(() => (stopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    end.open(true);
    await stopping;
    expect(rounds).toBe(1);
  });

  it('stops at once while it sleeps or rests after an error', async () => {
    for (const round of [() => Promise.resolve(false), () => Promise.reject(new Error('no'))]) {
      const loop = loopOf(round);
      loop.start();
      await new Promise((resolve) => setImmediate(resolve));
      // No timer can be sooner than this one, however busy the machine is.
      let isLater = false;
      setTimeout(() => (isLater = true), 0);
      await loop.stop();
      expect(isLater).toBe(false);
    }
  });
});
