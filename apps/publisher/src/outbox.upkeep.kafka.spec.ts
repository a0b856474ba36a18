import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

const SOON = { CAUSEWAY_UPKEEP_INTERVAL: '200ms', CAUSEWAY_IDLE_INTERVAL: '200ms' };

const partitions = async (): Promise<string[]> => {
  const { rows } = await context.client.query<{ name: string }>(
    `select relid::regclass::text as name from pg_partition_tree('outbox.events') where isleaf order by 1`,
  );
  return rows.map(({ name }) => name.replace('outbox.', ''));
};

/** A day of long ago with its partition. */
async function makeDay(day: string, name: string): Promise<void> {
  await context.client.query(
    `create table outbox.${name} partition of outbox.events for values from ('${day}') to ('${day}'::date + 1)`,
  );
}

const insertOld = `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
                   values ('order', $1, 'order.placed', '{}', $2)`;
const metric = async (url: string, name: string): Promise<number> =>
  Number(new RegExp(`${name}(?:\\{.*\\})? (\\d+)`).exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0);

describe('upkeep of the outbox', () => {
  it('makes partitions ahead, drops old days once they are published, keeps those that are not old', async () => {
    await makeDay('2020-01-01', 'events_20200101');
    await context.client.query(
      'drop table outbox.events_' + new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''),
    );
    const before = await partitions();
    const app = await context.start({ ...SOON, CAUSEWAY_OUTBOX_RETENTION: '30d' });
    await context.client.query(insertOld, ['old', '2020-01-01T12:00:00Z']);
    await context.client.query(insertOld, ['old, without a partition', '2019-01-01T12:00:00Z']);
    await context.emit('new');
    await until(async () => !(await partitions()).includes('events_20200101'));
    expect(new Set((await readOrders(context, 3)).map(({ key }) => key))).toEqual(
      new Set(['new', 'old', 'old, without a partition']),
    );
    await until(async () => (await metric(app.url, 'causeway_publisher_rows_deleted_total')) === 1);
    expect(await metric(app.url, 'causeway_publisher_partitions_dropped_total')).toBe(1);
    expect(await partitions()).toHaveLength(before.length);
    const { rows } = await context.client.query<{ key: string }>('select aggregate_id as key from outbox.events');
    expect(rows).toEqual([{ key: 'new' }]);
  });

  it('deletes old rows of a table without partitions by its column of time, and publishes no deletes', async () => {
    await context.client.query(`
      create table outbox.plain as table outbox.events with no data;
      alter table outbox.plain add primary key (id);
      drop table outbox.events;
      alter table outbox.plain rename to events;
      alter publication causeway_outbox add table outbox.events`);
    const app = await context.start({ ...SOON, CAUSEWAY_OUTBOX_TIME_COLUMN: 'created_at' });
    const insert = `insert into outbox.events (id, aggregate_type, aggregate_id, event_type, event_version, tenant_id, payload, headers,
                                               occurred_at, created_at)
                    select gen_random_uuid(), 'order', n::text, 'order.placed', 1, 't', '{}', '{}', now(), $1 from generate_series(1, 3) n`;
    await context.client.query(insert, ['2020-01-01']);
    await context.client.query(insert, [new Date().toISOString()]);
    await until(async () => (await metric(app.url, 'causeway_publisher_rows_deleted_total')) === 3);
    expect(await readOrders(context, 6)).toHaveLength(6);
    const { rows } = await context.client.query<{ count: number }>('select count(*)::int as count from outbox.events');
    expect(rows).toEqual([{ count: 3 }]);
  });

  it('that fails is counted and holds nothing up', async () => {
    await context.client.query('drop function outbox.drop_published');
    const app = await context.start(SOON);
    await until(async () => (await metric(app.url, 'causeway_publisher_upkeep_failures_total')) > 1);
    await context.emit('new');
    expect(await readOrders(context, 1)).toHaveLength(1);
  });
});
