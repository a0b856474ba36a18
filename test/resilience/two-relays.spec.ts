import { kafkaBrokers, postgresUrl } from '#testing';
import { settleRelay } from '../chaos/relay.settle.ts';
import { RelayStage } from '../chaos/relay.stage.ts';
import { userWhoPays } from '../support/site.users.ts';
import { until } from '../support/until.ts';

const USERS = 160;
const CALL_MS = 250;
/** One call holds a few records, so that there are many calls; a process makes two at a time, well below what the CRM allows. */
const SETTINGS = { CAUSEWAY_DISPATCH_BATCH: '4', CAUSEWAY_DISPATCH_CONCURRENCY: '2' };

/** What the relay's own metric says, by process. */
interface Share {
  readonly commands: number;
}

describe('two relay processes', () => {
  let stage: RelayStage;
  beforeAll(async () => {
    const servers = { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers() };
    stage = await RelayStage.open({ servers, env: SETTINGS });
    await stage.startConsuming();
    await stage.startConsuming();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const sharesOf = (): Promise<Share[]> =>
    Promise.all(
      stage.running.map(async (relay) => ({
        commands: await relay.metric('dispatcher_outcomes_total', 'outcome="succeeded"'),
      })),
    );

  /** The same work for so many users, from the moment that it may go out until all of it is there. */
  const deliverAll = async (firstUser: number): Promise<{ seconds: number; shares: number[]; doubled: number }> => {
    await stage.desk.pause();
    stage.feed.forget();
    // One command each: the sign-up makes the Lead.
    const users = Array.from({ length: USERS }, (_, index) => firstUser + index);
    await stage.feed.deliver(users.flatMap((user) => userWhoPays(user).slice(0, 1)));
    const waiting = async (): Promise<true | null> => ((await stage.desk.waitingCommands()) >= USERS ? true : null);
    await until('all commands in the ledger', waiting);
    const before = await sharesOf();
    await stage.crm.act('settings', { latencyMs: CALL_MS });
    const from = performance.now();
    await stage.desk.resume();
    await stage.desk.hurry();
    const done = async (): Promise<true | null> => ((await stage.desk.waitingCommands()) === 0 ? true : null);
    await until('all commands done', done);
    const seconds = (performance.now() - from) / 1000;
    await stage.crm.act('settings', { latencyMs: 0 });
    const shares = (await sharesOf()).map(({ commands }, index) => commands - (before[index]?.commands ?? 0));
    await settleRelay(stage, { patienceMs: 60_000 });
    const ours = (await stage.journal.next()).filter(({ module }) => module === 'Leads');
    return { seconds, shares, doubled: ours.length - new Set(ours.map(({ id }) => id)).size };
  };

  it('share the work, never send the same command, and deliver more than one of them', async () => {
    // Both are warm: the first round pays for tokens, metadata and code that runs for the first time.
    await deliverAll(1000);
    const together = await deliverAll(2000);
    const [, second] = stage.running;
    await second?.end('SIGTERM');
    const alone = await deliverAll(3000);
    process.stdout.write(
      `two relays: ${together.seconds.toFixed(1)} s for ${USERS} commands (${together.shares.join(' and ')}); one: ${alone.seconds.toFixed(1)} s\n`,
    );
    expect(together.shares.reduce((sum, share) => sum + share, 0)).toBe(USERS);
    for (const share of together.shares) expect(share).toBeGreaterThan(USERS / 4);
    expect(together.doubled).toBe(0);
    expect(alone.shares).toEqual([USERS]);
    expect(together.seconds).toBeLessThan(alone.seconds * 0.8);
    expect(stage.takeAlarms()).toEqual([]);
  });
});
