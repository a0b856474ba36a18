import { adoptSlot, readSlotReport } from '#operations';
import { openServers, type OwnServer, type OwnServers } from '../test/own.postgres.ts';
import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';

let servers: OwnServers;
const contexts: PublisherContext[] = [];

beforeAll(async () => {
  servers = await openServers();
});

afterAll(async () => {
  for (const context of contexts) await context[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

async function publisherOf(server: OwnServer): Promise<PublisherContext> {
  const context = await openPublisher({ adminUrl: server.url });
  contexts.push(context);
  return context;
}

/** The same database on another server. */
function urlOn(server: OwnServer, context: PublisherContext): string {
  const url = new URL(context.target.url);
  url.port = String(server.port);
  return url.href;
}

/** Until the standby has a copy of the slot that outlives a promotion. */
async function untilCopied(primary: OwnServer, standby: OwnServer, context: PublisherContext): Promise<void> {
  await until(
    async () => {
      await primary.query('select pg_log_standby_snapshot()');
      await standby.query('select pg_sync_replication_slots()').catch(() => undefined);
      const rows = await standby.query<{ temporary: boolean }>(
        'select temporary from pg_replication_slots where slot_name = $1 and synced',
        [context.slotName],
      );
      return rows[0]?.temporary === false;
    },
    { what: 'the slot on the standby' },
  );
}

/** Slots move on soon, so that copies of them are soon complete. */
const RESTLESS = { CAUSEWAY_IDLE_INTERVAL: '100ms' };

const replayed = (primary: OwnServer, standby: OwnServer): Promise<unknown> =>
  until(async () => {
    const [end] = await primary.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
    const rows = await standby.query<{ done: boolean }>('select pg_last_wal_replay_lsn() >= $1::pg_lsn as done', [
      end?.lsn,
    ]);
    return rows[0]?.done === true;
  });

const ids = async (context: PublisherContext, count: number): Promise<(string | null)[]> =>
  (await readOrders(context, count)).map(({ key }) => key);

describe('failover', () => {
  it('to a standby that was never behind: waits for the promotion and goes on by itself, nothing missing or doubled', async () => {
    const primary = await servers.start({ synchronized_standby_slots: 'standby_1' });
    const standby = await servers.standby(primary, { slot: 'standby_1' });
    const context = await publisherOf(primary);
    const app = await context.start(RESTLESS);
    expect((await context.slot())?.failover).toBe(true);
    expect((await readSlotReport(context.target)).warnings).toEqual([]);
    await context.emit('1');
    await ids(context, 1);
    await untilCopied(primary, standby, context);
    // The position in Kafka gets ahead of the copy of the slot.
    await context.emit('2');
    await ids(context, 2);
    const settings = { CAUSEWAY_SOURCE_URL: urlOn(standby, context) };
    expect(await context.stuck(/SOURCE_IS_STANDBY/, settings)).toContain('waiting');
    await replayed(primary, standby);
    await primary.kill();
    await app.stop();
    await standby.query('select pg_promote()');
    await context.start(settings);
    await context.emitAt(settings.CAUSEWAY_SOURCE_URL, '3');
    expect(await ids(context, 3)).toEqual(['1', '2', '3']);
    const report = await readSlotReport({ ...context.target, url: settings.CAUSEWAY_SOURCE_URL });
    expect(report).toMatchObject({ verdict: 'resume', position: { timeline: 2 } });
  });

  it('to a standby that was behind the publisher: TIMELINE_DIVERGED until somebody adopts the slot', async () => {
    const primary = await servers.start();
    const standby = await servers.standby(primary, { slot: 'standby_1' });
    const context = await publisherOf(primary);
    const app = await context.start(RESTLESS);
    expect((await readSlotReport(context.target)).warnings).toEqual([
      expect.stringContaining('synchronized_standby_slots'),
    ]);
    await context.emit('1');
    await ids(context, 1);
    await untilCopied(primary, standby, context);
    await replayed(primary, standby);
    await standby.stop();
    await context.emit('of the old primary alone');
    await ids(context, 2);
    await app.stop();
    await primary.kill();
    await standby.restart();
    await standby.query('select pg_promote()');
    const url = urlOn(standby, context);
    const said = await context.stuck(/TIMELINE_DIVERGED/, { CAUSEWAY_SOURCE_URL: url });
    expect(said).toMatch(/left_at=0\/\w+, position=0\/\w+, from=20.*to=20.*ways_out=causeway slot adopt --source shop/);
    await context.emitAt(url, '2');
    expect(await adoptSlot({ ...context.target, url })).not.toBeNull();
    await context.start({ CAUSEWAY_SOURCE_URL: url });
    await until(async () => (await ids(context, 3)).includes('2'));
  });
});
