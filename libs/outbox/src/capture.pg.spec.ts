import { copyIn } from '../test/copy.query.ts';
import { OutboxContext } from '../test/outbox.context.ts';

/** The table and the declaration of the pack signup-lead, word for word. */
const USERS = `create table public.users (
  id text primary key, email text, full_name text, phone text, password_hash text, last_seen_at timestamptz)`;
const DECLARE = `select outbox.capture('public.users',
  aggregate_type => 'user', id_column => 'id', tenant_id => 'portal',
  columns => array['id', 'email', 'full_name', 'phone'])`;

const ANA = { id: 'u1', email: 'ana@example.test', full_name: 'Ana Ruiz', phone: null };
const INSERT_ANA = `insert into users values ('u1', 'ana@example.test', 'Ana Ruiz', null, 'secret', now())`;

let context: OutboxContext;
let run: OutboxContext['run'];
let take: OutboxContext['take'];

beforeAll(async () => {
  context = await OutboxContext.open();
  run = (text, values) => context.run(text, values);
  take = () => context.take();
  await run(USERS);
  await run(DECLARE);
});
beforeEach(async () => {
  await run('truncate users');
  await take();
});
afterAll(() => context.close());

describe('what a change of a row tells', () => {
  it('insert: created, with all listed columns and no other', async () => {
    await run(INSERT_ANA);
    expect(await context.events()).toMatchObject([
      {
        aggregate_type: 'user',
        aggregate_id: 'u1',
        partition_key: 'u1',
        tenant_id: 'portal',
        event_type: 'user.created',
        event_version: 1,
        headers: {},
      },
    ]);
    expect(await take()).toEqual([['user.created', ANA]]);
  });

  it('update of a listed column: updated, all listed columns as they are now, and which changed', async () => {
    await run(INSERT_ANA);
    await run(`update users set email = 'new@example.test', last_seen_at = null, phone = '555-0104' where id = 'u1'`);
    expect((await take())[1]).toEqual([
      'user.updated',
      { ...ANA, email: 'new@example.test', phone: '555-0104', changed: ['email', 'phone'] },
    ]);
  });

  it.each([
    ['from null', `phone = '1'`, `phone = null`],
    ['to null', `phone = null`, `phone = '1'`],
  ])('update %s counts as a difference', async (_name, change, before) => {
    await run(INSERT_ANA);
    await run(`update users set ${before}`);
    await take();
    await run(`update users set ${change}`);
    expect(await take()).toMatchObject([['user.updated', { changed: ['phone'] }]]);
  });

  it.each([
    'last_seen_at = now()',
    `password_hash = 'other'`,
    'email = email, phone = phone',
    `email = 'ana@example.test', phone = null`,
  ])('update that changes nothing that is listed tells nothing: set %s', async (change) => {
    await run(INSERT_ANA);
    await take();
    await run(`update users set ${change}`);
    expect(await take()).toEqual([]);
  });

  it('update of the id: deleted for the old one, then created for the new one', async () => {
    await run(INSERT_ANA);
    await take();
    await run(`update users set id = 'u2', phone = '1' where id = 'u1'`);
    const rows = await context.events();
    expect(rows.map((row) => [row.event_type, row.aggregate_id, row.partition_key])).toEqual([
      ['user.deleted', 'u1', 'u1'],
      ['user.created', 'u2', 'u2'],
    ]);
    expect(await take()).toEqual([
      ['user.deleted', { id: 'u1' }],
      ['user.created', { ...ANA, id: 'u2', phone: '1' }],
    ]);
  });

  it('delete: deleted, with the id alone', async () => {
    await run(INSERT_ANA);
    await take();
    await run('delete from users');
    expect(await context.events()).toMatchObject([{ aggregate_id: 'u1', partition_key: 'u1', tenant_id: 'portal' }]);
    expect(await take()).toEqual([['user.deleted', { id: 'u1' }]]);
  });

  it('the time of the event is the start of the transaction', async () => {
    await context.connected(async (client) => {
      await client.query('begin');
      const { rows } = await client.query<{ now: Date }>('select now()');
      await client.query('select pg_sleep(0.01)');
      await client.query(INSERT_ANA);
      await client.query('commit');
      expect((await context.events())[0]?.occurred_at).toEqual(rows[0]?.now);
    });
  });
});

describe('by which statements', () => {
  it('COPY', async () => {
    await context.connected((client) =>
      copyIn(client, {
        text: 'copy users (id, email, password_hash) from stdin',
        input: 'c1\tone@example.test\tx\nc2\t\\N\tx\n',
      }),
    );
    expect(await take()).toEqual([
      ['user.created', { id: 'c1', email: 'one@example.test', full_name: null, phone: null }],
      ['user.created', { id: 'c2', email: null, full_name: null, phone: null }],
    ]);
  });

  it('a statement with many rows: one event a row, in order', async () => {
    await run(`insert into users (id) select 'm' || lpad(n::text, 4, '0') from generate_series(1, 1000) n`);
    const created = await context.events();
    expect(created).toHaveLength(1000);
    expect(created.map((row) => row.aggregate_id)).toEqual(created.map((row) => row.aggregate_id).sort());
    await take();
    await run(`update users set phone = '1' where id <= 'm0010'`);
    await run(`delete from users where id > 'm0990'`);
    const types = (await take()).map(([type]) => type);
    expect(types).toEqual([...Array(10).fill('user.updated'), ...Array(10).fill('user.deleted')]);
  });

  it('insert ... on conflict do update, and nothing for do nothing', async () => {
    const upsert = (conflict: string): Promise<unknown> =>
      run(
        `insert into users (id, email) values ('u1', 'new@example.test'), ('u9', null) on conflict (id) do ${conflict}`,
      );
    await run(INSERT_ANA);
    await take();
    await upsert('update set email = excluded.email');
    expect(await take()).toMatchObject([
      ['user.updated', { id: 'u1', changed: ['email'] }],
      ['user.created', { id: 'u9' }],
    ]);
    await upsert('nothing');
    expect(await take()).toEqual([]);
  });

  it('MERGE', async () => {
    await run(INSERT_ANA);
    await take();
    await run(`merge into users u using (values ('u1', '2'), ('u5', '3')) as s (id, phone) on u.id = s.id
      when matched then update set phone = s.phone when not matched then insert (id, phone) values (s.id, s.phone)`);
    expect((await take()).map(([type, { id }]) => [type, id])).toEqual([
      ['user.updated', 'u1'],
      ['user.created', 'u5'],
    ]);
  });

  it('not TRUNCATE, and not as a replica', async () => {
    await run(INSERT_ANA);
    await take();
    await run('truncate users');
    await context.connected(async (client) => {
      await client.query('set session_replication_role = replica');
      await client.query(INSERT_ANA);
    });
    expect(await take()).toEqual([]);
  });

  it('a rolled back transaction, or a part of one, leaves nothing', async () => {
    await context.connected(async (client) => {
      await client.query('begin');
      await client.query(INSERT_ANA);
      await client.query('rollback');
      await client.query('begin');
      await client.query('savepoint s');
      await client.query(INSERT_ANA);
      await client.query('rollback to s');
      await client.query(`insert into users (id) values ('kept')`);
      await client.query('commit');
    });
    expect((await take()).map(([, { id }]) => id)).toEqual(['kept']);
  });
});

describe('the surroundings', () => {
  it('needs no right of the product on the outbox, whatever its search path', async () => {
    const role = context.scratch.name;
    await run(`create role ${role}`);
    await run(`grant insert, update, delete, select on users to ${role}`);
    try {
      await context.as(role, async (client) => {
        await client.query('create temporary table events (id uuid)');
        await client.query('set search_path = pg_temp, public');
        await client.query(INSERT_ANA);
        await client.query(`update users set phone = '1'`);
        await client.query('delete from users');
        await expect(client.query('select * from outbox.events')).rejects.toMatchObject({ code: '42501' });
      });
    } finally {
      await run(`drop owned by ${role}`);
      await run(`drop role ${role}`);
    }
    expect((await take()).map(([type]) => type)).toEqual(['user.created', 'user.updated', 'user.deleted']);
  });

  it('tells the row as triggers of the product have made it, first things first', async () => {
    await run(
      `create function lower_email() returns trigger language plpgsql as 'begin new.email := lower(new.email); return new; end'`,
    );
    await run(
      `create function greet() returns trigger language plpgsql as 'begin update users set phone = ''greeted'' where id = new.id; return null; end'`,
    );
    await run('create trigger a_lower before insert or update on users for each row execute function lower_email()');
    await run('create trigger "0_greet" after insert on users for each row execute function greet()');
    await run('create trigger a_greet after insert on users for each row execute function greet()');
    await run(`insert into users (id, email) values ('u1', 'ANA@Example.test')`);
    const told = await take();
    await run('drop function lower_email, greet cascade');
    expect(told).toEqual([
      ['user.created', { id: 'u1', email: 'ana@example.test', full_name: null, phone: null }],
      ['user.updated', { id: 'u1', email: 'ana@example.test', full_name: null, phone: 'greeted', changed: ['phone'] }],
    ]);
  });

  it('fails the statement of the product when the event cannot be written: nothing is lost in silence', async () => {
    await run('alter table outbox.events add constraint closed check (false) not valid');
    await expect(run(INSERT_ANA)).rejects.toMatchObject({ code: '23514' });
    await run('alter table outbox.events drop constraint closed');
    expect(await run('select * from users')).toEqual([]);
  });

  it('does not read columns that are added later', async () => {
    await run('alter table users add column secret text');
    await run(`insert into users (id, secret) values ('u1', 'x')`);
    await run(`update users set secret = 'y'`);
    expect(await take()).toEqual([['user.created', { id: 'u1', email: null, full_name: null, phone: null }]]);
    await run('alter table users drop column secret');
  });
});
