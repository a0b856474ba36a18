import { OutboxContext } from '../test/outbox.context.ts';

let context: OutboxContext;

beforeEach(async () => {
  context = await OutboxContext.open();
});
afterEach(() => context.close());

const insertAt = (offset: string): Promise<unknown> =>
  context.run(
    `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
     values ('user', $1::text, 'user.x', '{}', date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' + $1::text::interval)`,
    [offset],
  );

/** Where rows are: day partitions by their distance from today, or `default`. */
async function homes(): Promise<string[]> {
  const rows = await context.run(
    `select aggregate_id || ' in ' || case when tableoid = 'outbox.events_default'::regclass then 'default'
       else (to_date(right(tableoid::regclass::text, 8), 'YYYYMMDD') - (now() at time zone 'UTC')::date)::text end as home
     from outbox.events order by created_at`,
  );
  return rows.map(({ home }) => String(home));
}

const ensure = (days: number): Promise<unknown[]> => context.run('select outbox.ensure_partitions($1)', [days]);
const drop = (before: string): Promise<unknown[]> =>
  context.run(`select outbox.drop_partitions(now() + $1::interval)`, [before]);

/** As on a database that nobody looked after for some days. */
const forgetPartitions = async (): Promise<void> => {
  for (const row of await context.run(
    `select relname from pg_class where relname ~ '^events_\\d{8}$' and relkind = 'r'`,
  )) {
    await context.run(`drop table outbox.${String(row['relname'])}`);
  }
};

describe('outbox.ensure_partitions', () => {
  it('has made a week ahead with the migration, makes what is missing and no more', async () => {
    await insertAt('1 hour');
    await insertAt('7 days 23 hours');
    await insertAt('8 days');
    expect(await homes()).toEqual(['1 hour in 0', '7 days 23 hours in 7', '8 days in default']);
    expect(await ensure(7)).toEqual([]);
    expect(await ensure(10)).toHaveLength(2);
  });

  it('leaves a day whose rows fell into the default partition there, moves no row, and makes the other days', async () => {
    await forgetPartitions();
    await insertAt('1 hour');
    await insertAt('2 days 1 hour');
    expect(await ensure(3)).toHaveLength(2);
    await insertAt('1 day 1 hour');
    await insertAt('2 days 2 hours');
    await insertAt('3 days');
    expect(await homes()).toEqual([
      '1 hour in default',
      '1 day 1 hour in 1',
      '2 days 1 hour in default',
      '2 days 2 hours in default',
      '3 days in 3',
    ]);
    expect(await ensure(3)).toEqual([]);
  });

  it('uses UTC days whatever the time zone of the session', async () => {
    await forgetPartitions();
    await context.connected(async (client) => {
      await client.query(`set timezone = 'Pacific/Kiritimati'`);
      await client.query('select outbox.ensure_partitions(0)');
    });
    await insertAt('0 hours');
    await insertAt('23 hours 59 minutes');
    await insertAt('24 hours');
    expect(await homes()).toEqual(['0 hours in 0', '23 hours 59 minutes in 0', '24 hours in default']);
  });

  it('does not wait for ever behind a writer of the default partition, and does not hold up writers of other days', async () => {
    await context.connected(async (writer) => {
      await writer.query('begin');
      await writer.query(
        `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
         values ('user', '1', 'user.x', '{}', now() + interval '400 days')`,
      );
      const ensuring = ensure(8);
      await insertAt('1 hour');
      expect(await ensuring).toEqual([]);
      await writer.query('rollback');
    });
    expect(await ensure(8)).toHaveLength(1);
  });

  it('can be run by several at once', async () => {
    const made = await Promise.all([ensure(12), ensure(12), ensure(12)]);
    expect(made.flat()).toHaveLength(5);
  });
});

describe('outbox.drop_partitions', () => {
  it('drops days that have ended, deletes old rows of the default partition, keeps the rest', async () => {
    for (const [name, from, to] of [
      ['events_20200101', '2020-01-01', '2020-01-02'],
      ['events_20200102', '2020-01-02', '2020-01-03'],
    ]) {
      await context.run(
        `create table outbox.${name} partition of outbox.events for values from ('${from}T00:00Z') to ('${to}T00:00Z')`,
      );
    }
    await context.run(
      `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
       values ('user', 'a', 'user.x', '{}', '2020-01-01T12:00Z'), ('user', 'b', 'user.x', '{}', '2020-01-02T12:00Z'),
              ('user', 'c', 'user.x', '{}', '2019-12-31T12:00Z'), ('user', 'd', 'user.x', '{}', '2020-01-05T12:00Z')`,
    );
    expect(await context.run(`select outbox.drop_partitions('2020-01-02T23:00Z') as name`)).toEqual([
      { name: 'events_20200101' },
    ]);
    expect((await context.events()).map((row) => row.aggregate_id)).toEqual(['b', 'd']);
    expect(await context.run(`select outbox.drop_partitions('2020-01-03T00:00Z') as name`)).toEqual([
      { name: 'events_20200102' },
    ]);
    expect((await context.events()).map((row) => row.aggregate_id)).toEqual(['d']);
  });

  it('never drops the day that is written to', async () => {
    await insertAt('0 hours');
    expect(await drop('0 seconds')).toEqual([]);
    expect(await homes()).toEqual(['0 hours in 0']);
    await expect(drop('1 day')).rejects.toMatchObject({ code: '22023' });
  });
});
