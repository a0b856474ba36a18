import { adoptSlot, readSlotReport, recreateSlot, resendWindow } from '#operations';
import { connectClient } from '#postgres';
import { createSlot, dropSlot } from '#replication';
import { openServers, type OwnServer, type OwnServers } from '../test/own.postgres.ts';
import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';

let servers: OwnServers;
let primary: OwnServer;
const contexts: PublisherContext[] = [];

beforeAll(async () => {
  servers = await openServers();
  primary = await servers.start({ min_wal_size: '2MB', max_wal_size: '4MB' });
});

afterAll(async () => {
  for (const context of contexts) await context[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

/** A source of which one event is published, and whose publisher is away. */
async function published(): Promise<PublisherContext> {
  const context = await openPublisher({ adminUrl: primary.url });
  contexts.push(context);
  const app = await context.start();
  await context.emit('first');
  await readOrders(context, 1);
  await app.stop();
  return context;
}

/** The same database on another server. */
function urlOn(server: OwnServer, { target }: PublisherContext): string {
  const url = new URL(target.url);
  url.port = String(server.port);
  return url.href;
}

const reasonOn = async (server: OwnServer, slot: string): Promise<string | null> => {
  const rows = await server.query<{ reason: string | null }>(
    'select invalidation_reason as reason from pg_replication_slots where slot_name = $1',
    [slot],
  );
  return rows[0]?.reason ?? null;
};

const set = async (name: string, value: string): Promise<void> => {
  await primary.query(`alter system set ${name} = '${value}'`);
  await primary.query('select pg_reload_conf()');
};

function expectLost(said: string, reason: string): void {
  expect(said).toContain(`reason=${reason}`);
  expect(said).toMatch(
    /from=20\d\d-\S+, to=20\d\d-\S+, ways_out=causeway slot recreate --source shop --no-adopt --yes && causeway outbox resend/,
  );
}

describe('a slot that the server has given up: SLOT_LOST', () => {
  it('wal_removed, and the ways out bring back what is missing', async () => {
    const context = await published();
    await context.emit('missing');
    await set('max_slot_wal_keep_size', '1MB');
    await until(async () => {
      await primary.query(`select pg_logical_emit_message(false, 'fill', repeat('x', 1000000)), pg_switch_wal()`);
      await primary.query('checkpoint');
      return (await reasonOn(primary, context.slotName)) !== null;
    });
    await set('max_slot_wal_keep_size', '-1');
    const said = await context.stuck(/SLOT_LOST/);
    expectLost(said, 'wal_removed');
    expect(await readSlotReport(context.target)).toMatchObject({
      slot: { walStatus: 'lost', invalidationReason: 'wal_removed' },
      problem: { code: 'SLOT_LOST' },
    });
    const [from] = /(?<=--from )\S+/.exec(said) ?? [''];
    await recreateSlot(context.target);
    await resendWindow(context.target, { from, to: new Date().toISOString(), besidePublisher: false });
    await adoptSlot(context.target);
    const app = await context.start();
    await context.emit('later');
    const keys = (await readOrders(context, 4)).map(({ key }) => key ?? '');
    const byText = (a: string, b: string): number => a.localeCompare(b);
    expect(keys.toSorted(byText)).toEqual(['first', 'first', 'later', 'missing']);
    await app.stop();
  });

  it('idle_timeout', async () => {
    const context = await published();
    await set('idle_replication_slot_timeout', '1s');
    await until(async () => {
      await primary.query('checkpoint');
      return (await reasonOn(primary, context.slotName)) !== null;
    });
    await set('idle_replication_slot_timeout', '0');
    expectLost(await context.stuck(/SLOT_LOST/), 'idle_timeout');
  });

  it('rows_removed and wal_level_insufficient, found on a standby that was promoted', async () => {
    // Another one: a standby wants the WAL from the beginning, which the tests above had removed.
    primary = await servers.start();
    const standby = await servers.standby(primary, { slot: 'standby_1', settings: { hot_standby_feedback: 'off' } });
    const [removed, insufficient] = [await published(), await published()];
    for (const context of [removed, insufficient]) await createOnStandby(urlOn(standby, context), context.slotName);
    // Slots of a standby are its own: rows that they need are removed by the primary, which does not know of them.
    // In two transactions: what one makes and takes away nobody ever saw.
    await removed.client.query('create table gone ()');
    await removed.client.query('drop table gone');
    for (const { client, slotName } of [removed, insufficient]) await dropSlot(client, slotName);
    await removed.client.query('vacuum pg_class');
    await until(async () => (await reasonOn(standby, removed.slotName)) !== null);
    expect(await reasonOn(standby, removed.slotName)).toBe('rows_removed');
    await primary.restart({ wal_level: 'replica' });
    await until(async () => (await reasonOn(standby, insufficient.slotName)) !== null);
    await primary.kill();
    await standby.query('select pg_promote()');
    for (const [context, reason] of [
      [removed, 'rows_removed'],
      [insufficient, 'wal_level_insufficient'],
    ] as const) {
      expectLost(await context.stuck(/SLOT_LOST/, { CAUSEWAY_SOURCE_URL: urlOn(standby, context) }), reason);
    }
  });
});

/** Waits for a list of running transactions, which the primary has to write. */
async function createOnStandby(url: string, slot: string): Promise<void> {
  // The database itself has to arrive there first.
  const client = await until(() => connectClient({ url, applicationName: 'causeway-test' }).catch(() => null));
  let isThere = false;
  const created = createSlot(client, slot, { failover: false }).finally(() => (isThere = true));
  await until(async () => {
    await primary.query('select pg_log_standby_snapshot()');
    return isThere;
  });
  await created;
  await client.end();
}
