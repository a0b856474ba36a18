import { capturedLogger, silentLogger, until } from '#testing';
import { ConnectionQueue, type Round } from './connection.queue.ts';

const gate = () => Promise.withResolvers<void>();
const queueOf = (claim: () => Promise<Round>, slots = 2): ConnectionQueue =>
  new ConnectionQueue({ connectionId: 'c1', slots, claim, logger: silentLogger });

describe('ConnectionQueue', () => {
  it('claims until there is nothing, and again when it is woken', async () => {
    let left = 3;
    let done = 0;
    const queue = queueOf(async () => {
      if (left === 0) return { kind: 'nothing' };
      left -= 1;
      return { kind: 'calls', calls: [async () => void (done += 1)] };
    });
    queue.wake();
    await until(() => done === 3);
    left = 1;
    queue.wake();
    await until(() => done === 4);
    await queue.stop();
    expect(left).toBe(0);
  });

  it('claims only while a slot is free, so that the next claim finds company', async () => {
    const { promise, resolve } = gate();
    let claims = 0;
    const queue = queueOf(async () => {
      claims += 1;
      return claims > 2 ? { kind: 'nothing' } : { kind: 'calls', calls: [() => promise] };
    });
    queue.wake();
    await until(() => claims === 2);
    queue.wake();
    await new Promise((next) => setImmediate(next));
    expect(claims).toBe(2);
    resolve();
    await until(() => claims === 3);
    await queue.stop();
  });

  it('does not lose a call to wake up that comes while it looks', async () => {
    const { promise, resolve } = gate();
    let claims = 0;
    const queue = queueOf(async () => {
      claims += 1;
      if (claims === 1) await promise;
      return { kind: 'nothing' };
    });
    queue.wake();
    await until(() => claims === 1);
    queue.wake();
    resolve();
    await until(() => claims === 2);
    await queue.stop();
    expect(claims).toBe(2);
  });

  it('comes back by itself when it was told when', async () => {
    let claims = 0;
    const queue = queueOf(async () => ((claims += 1) === 1 ? { kind: 'later', ms: 5 } : { kind: 'nothing' }));
    queue.wake();
    await until(() => claims === 2);
    await queue.stop();
    expect(claims).toBe(2);
  });

  it('tells an error and comes back', async () => {
    const { logger, lines } = capturedLogger();
    let claims = 0;
    const claim = (): Promise<Round> => {
      claims += 1;
      return claims === 1 ? Promise.reject(new Error('Postgres is away')) : Promise.resolve({ kind: 'nothing' });
    };
    const queue = new ConnectionQueue({ connectionId: 'c1', slots: 1, claim, logger });
    queue.wake();
    await until(() => claims === 2);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', connection: 'c1', reason: 'Postgres is away' })]);
    await queue.stop();
  });

  it('ends after the calls of what was claimed, and claims nothing more', async () => {
    const { promise, resolve } = gate();
    let [claims, done] = [0, 0];
    const call = async (): Promise<void> => {
      await promise;
      done += 1;
    };
    const queue = queueOf(async () => {
      claims += 1;
      return { kind: 'calls', calls: [call, call, call] };
    });
    queue.wake();
    await until(() => claims === 1);
    const stopped = queue.stop();
    queue.wake();
    resolve();
    await stopped;
    expect([claims, done]).toEqual([1, 3]);
  });
});
