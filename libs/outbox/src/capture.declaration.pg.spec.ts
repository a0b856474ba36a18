import { OutboxContext } from '../test/outbox.context.ts';
import { capture, release, type CaptureDeclaration } from './capture.call.ts';

let context: OutboxContext;
let run: OutboxContext['run'];
let take: OutboxContext['take'];

beforeAll(async () => {
  context = await OutboxContext.open();
  run = (text, values) => context.run(text, values);
  take = () => context.take();
});
beforeEach(async () => {
  await run('drop schema public cascade');
  await run('create schema public');
  await run('create table users (id text primary key, email text, secret text, nick text unique)');
});
afterEach(() => take());
afterAll(() => context.close());

const USERS: CaptureDeclaration = {
  table: 'public.users',
  aggregateType: 'user',
  idColumn: 'id',
  columns: ['id', 'email'],
};
const declare = (changes: Partial<CaptureDeclaration> = {}): Promise<void> =>
  capture(context.db, { ...USERS, ...changes });
const captures = (): Promise<unknown> => run('select * from outbox.captures');

describe('a declaration', () => {
  it.each<[string, Partial<CaptureDeclaration>, string]>([
    ['a table that is missing', { table: 'public.nobody' }, 'does not exist'],
    ['a column that is missing', { columns: ['id', 'nope'] }, 'column nope of public.users does not exist'],
    ['a system column', { columns: ['id', 'ctid', 'xmin'] }, 'column ctid of public.users does not exist'],
    ['a column listed twice', { columns: ['id', 'email', 'email'] }, 'listed twice'],
    ['no columns', { columns: [] }, 'no columns'],
    ['an id column that is not listed', { columns: ['email'] }, 'not among the listed columns'],
    [
      'an id column that may be null',
      { idColumn: 'nick', columns: ['nick'] },
      'column nick of public.users is not unique and not null',
    ],
    [
      'an id column that is not unique',
      { idColumn: 'email' },
      'column email of public.users is not unique and not null',
    ],
    ['an aggregate type that fits no topic', { aggregateType: 'a b' }, 'aggregate type'],
    ['an empty tenant', { tenantId: '' }, 'tenant'],
  ])('is refused for %s', async (_name, changes, reason) => {
    await expect(declare(changes)).rejects.toMatchObject({
      code: 'CAPTURE_TABLE_INVALID',
      details: { reason: expect.stringContaining(reason) },
    });
    expect(await captures()).toEqual([]);
  });

  it.each([
    ['a part of a key', 'create table t (id text not null, other text not null, primary key (id, other))'],
    ['a partial unique index', `create table t (id text not null); create unique index on t (id) where id <> ''`],
    ['an expression', 'create table t (id text not null); create unique index on t (lower(id))'],
    ['a deferrable constraint', 'create table t (id text primary key deferrable)'],
  ])('is refused for an id that is unique only as %s', async (_name, table) => {
    await run(table);
    await expect(declare({ table: 't', columns: ['id'] })).rejects.toMatchObject({ code: 'CAPTURE_TABLE_INVALID' });
  });

  it('is refused for what is no table, with a hint', async () => {
    await run('create view v as select * from users');
    await expect(run(`select outbox.capture('v', 'user', 'id', array['id'])`)).rejects.toMatchObject({
      code: 'OB001',
      message: 'public.v is no table',
      hint: 'Only tables can be captured.',
    });
  });

  it('is refused for a column named changed, which updates need', async () => {
    await run('alter table users add column changed text');
    await expect(declare({ columns: ['id', 'changed'] })).rejects.toMatchObject({ code: 'CAPTURE_TABLE_INVALID' });
  });

  it('accepts a unique index beside the primary key, and says what it captures', async () => {
    await run('alter table users alter column nick set not null');
    await declare({ idColumn: 'nick', columns: ['email', 'nick'], tenantId: 'portal' });
    expect(await captures()).toEqual([
      {
        table_name: 'public.users',
        aggregate_type: 'user',
        id_column: 'nick',
        tenant_id: 'portal',
        columns: ['email', 'nick'],
        enabled: true,
      },
    ]);
  });

  it('writes nothing by itself, and finds out whether it could', async () => {
    await run(`insert into users values ('u1', 'a@b.test', 's', 'n')`);
    await declare();
    expect(await take()).toEqual([]);
    await release(context.db, 'public.users');

    await run('alter table outbox.events add constraint closed check (false) not valid');
    await expect(declare()).rejects.toMatchObject({ code: '23514' });
    await run('truncate users');
    await expect(declare()).rejects.toMatchObject({ code: '23514' });
    await run('alter table outbox.events drop constraint closed');
    expect(await captures()).toEqual([]);
  });

  it('fires no other trigger of the table while it is tried out', async () => {
    await run(
      `create function fail() returns trigger language plpgsql as $$begin raise exception 'not for you'; end$$`,
    );
    await run('create trigger fail before insert or update or delete on users for each row execute function fail()');
    await declare();
    expect(await captures()).toHaveLength(1);
  });

  it('replaces the one before', async () => {
    await declare();
    await declare({ aggregateType: 'person', columns: ['id', 'nick'], tenantId: 't2' });
    await run(`insert into users values ('u1', 'a@b.test', 's', 'n')`);
    expect(await context.events()).toMatchObject([{ aggregate_type: 'person', tenant_id: 't2' }]);
    expect(await take()).toEqual([['person.created', { id: 'u1', nick: 'n' }]]);
    expect(await captures()).toHaveLength(1);
  });

  it('can be made by several at once, and while the table is in use', async () => {
    await Promise.all(Array.from({ length: 4 }, () => declare()));
    await run(`insert into users (id) values ('u1')`);
    expect(await take()).toHaveLength(1);
  });

  it('is kept by a rename, and the old name can be captured again', async () => {
    await declare();
    await run('alter table users rename to people');
    await run('create table users (id text primary key, email text)');
    await declare({ aggregateType: 'second' });
    await run(`insert into people (id) values ('p'); insert into users (id) values ('u')`);
    expect((await take()).map(([type]) => type)).toEqual(['user.created', 'second.created']);
    expect(await release(context.db, 'users')).toBe(true);
    await run(`insert into people (id) values ('q'); insert into users (id) values ('v')`);
    expect((await take()).map(([type]) => type)).toEqual(['user.created']);
  });

  it('leaves no second function when the table is dropped and made again', async () => {
    await declare();
    await run('drop table users');
    await run('create table users (id text primary key, email text)');
    await declare();
    await run(`insert into users (id) values ('u')`);
    expect(await take()).toHaveLength(1);
    expect(await run(`select proname from pg_proc where proname like 'capture\\_users%'`)).toHaveLength(1);
  });

  it('uses the default tenant of the moment when it names none', async () => {
    await declare();
    await run(`select set_config('outbox.tenant', 't7', true); insert into users (id) values ('u1')`);
    await run(`insert into users (id) values ('u2')`);
    expect((await context.events()).map((row) => row.tenant_id)).toEqual(['t7', 'default']);
  });
});

describe('a release', () => {
  it('ends the capture and leaves nothing behind; false when there is none', async () => {
    await declare();
    expect(await release(context.db, 'public.users')).toBe(true);
    await run(`insert into users (id) values ('u1')`);
    expect(await take()).toEqual([]);
    expect(await run(`select proname from pg_proc where proname like 'capture\\_users%'`)).toEqual([]);
    expect(await release(context.db, 'public.users')).toBe(false);
  });
});

describe('columns of other types', () => {
  it('are told as JSON and compared by value, or as text where a type has no equality', async () => {
    await run(`create table things (
      id bigint generated always as identity primary key,
      doc json, docs jsonb, place point, tags text[], parts json[], amount numeric, at timestamptz, active boolean)`);
    const columns = ['id', 'doc', 'docs', 'place', 'tags', 'parts', 'amount', 'at', 'active'];
    await declare({ table: 'things', aggregateType: 'thing', columns });
    await context.connected(async (client) => {
      await client.query(`set timezone = 'Asia/Kolkata'`);
      await client.query(
        `insert into things (doc, docs, place, tags, parts, amount, at, active) values
          ('{"a": 1}', '{"b": [1]}', '(1,2)', '{x,y}', array['1'::json], 12.50, '2026-03-01T10:00:00Z', true)`,
      );
      await client.query(`update things set doc = doc, parts = parts, place = place, amount = 12.5, at = at`);
      await client.query(`update things set doc = '{"a": 2}', parts = '{}', place = '(1,3)', tags = null`);
    });
    expect(await take()).toEqual([
      [
        'thing.created',
        {
          id: 1,
          doc: { a: 1 },
          docs: { b: [1] },
          place: '(1,2)',
          tags: ['x', 'y'],
          parts: [1],
          amount: 12.5,
          at: '2026-03-01T10:00:00+00:00',
          active: true,
        },
      ],
      ['thing.updated', expect.objectContaining({ changed: ['doc', 'place', 'tags', 'parts'] })],
    ]);
  });

  it('may have any name, and be many', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `c${index}`);
    const odd = `it's "odd"; drop table users`;
    const quoted = `"${odd.replaceAll('"', '""')}"`;
    await run(`create table "We ird" (${quoted} uuid primary key, ${names.map((name) => `${name} text`).join(', ')})`);
    await declare({ table: '"We ird"', idColumn: odd, columns: [odd, ...names] });
    await run(`insert into "We ird" (${quoted}, c119) values ('0199a0de-0000-7000-8000-000000000001', 'last')`);
    const [[, payload] = []] = await take();
    expect(Object.keys(payload ?? {})).toHaveLength(121);
    expect(payload).toMatchObject({ [odd]: '0199a0de-0000-7000-8000-000000000001', c119: 'last', c0: null });
  });

  it('are refused when they are generated on reading, which a trigger cannot see', async () => {
    const [server] = await run(`select current_setting('server_version_num')::integer as version`);
    if (Number(server?.['version']) < 180_000) return;
    await run('create table g (id text primary key, twice text generated always as (id || id) virtual)');
    await expect(declare({ table: 'g', columns: ['id', 'twice'] })).rejects.toMatchObject({
      code: 'CAPTURE_TABLE_INVALID',
    });
  });

  it('work on a partitioned table', async () => {
    await run('create table parted (id text primary key, v text) partition by list (id)');
    await run(
      `create table parted_a partition of parted for values in ('a'); create table parted_b partition of parted for values in ('b')`,
    );
    await declare({ table: 'parted', columns: ['id', 'v'] });
    await declare({ table: 'parted', columns: ['id', 'v'] });
    await run(`insert into parted values ('a', '1')`);
    await run(`update parted set id = 'b'`);
    expect((await take()).map(([type, { id }]) => [type, id])).toEqual([
      ['user.created', 'a'],
      ['user.deleted', 'a'],
      ['user.created', 'b'],
    ]);
    expect(await captures()).toHaveLength(1);
    expect(await release(context.db, 'parted')).toBe(true);
  });
});
