import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { postgresUrl } from '#testing';
import type { SourceTarget } from '../slot/source.target.ts';
import { OutboxSource } from './outbox.events.ts';
import { readOutboxDepth } from './outbox.depth.ts';
import { readOutboxRows } from './outbox.report.ts';
import { countWindow, resendWindow } from './outbox.resend.ts';
import { fixTextOutput, readRow, readRows } from './outbox.rows.ts';
import { openOutboxTable, type TableTarget } from './outbox.table.ts';

let database: ScratchDatabase;
let client: Client;

const ROUTER = `id uuid primary key default gen_random_uuid(), aggregatetype text, aggregateid text, type text, payload jsonb`;
const day = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };

beforeAll(async () => {
  database = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'tables' });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  client = await connectClient({ url: database.url, applicationName: 'spec' });
  await client.query(`
    create table public.bare (${ROUTER});
    create table public."Timed" (${ROUTER}, happened timestamp, label text);
    create table public.days (like public."Timed") partition by range (happened);
    create table public.days_1 partition of public.days for values from ('2026-01-01') to ('2026-01-02');
    create table public.days_2 partition of public.days for values from ('2026-01-02') to ('2026-01-03');
    create table public.own (like outbox.events including defaults);
    create table public.own_untimed (like outbox.events including defaults);
    alter table public.own_untimed drop column created_at;
    insert into public.bare (type) select 'placed' from generate_series(1, 3);
    insert into public."Timed" (type, happened) select 'placed', '2026-01-01 10:00'::timestamp + n * interval '1 hour'
      from generate_series(0, 3) n;
    insert into public.days (id, happened) select gen_random_uuid(), '2026-01-01 10:00'::timestamp + n * interval '1 hour'
      from generate_series(0, 3) n;
    insert into public.own (aggregate_type, aggregate_id, event_type, payload, created_at)
      select 'order', n::text, 'order.placed', '{}', '2026-01-01 10:00Z'::timestamptz + n * interval '1 second'
        from generate_series(1, 450) n;
    insert into public.own_untimed (aggregate_type, aggregate_id, event_type, payload) values ('order', '1', 'order.placed', '{}')`);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

function target(table: string, more: Partial<TableTarget> = {}): SourceTarget {
  return {
    name: 'shop',
    url: database.url,
    slot: 'none',
    publication: 'none',
    table: { schema: 'public', table },
    kafkaBrokers: [],
    topicPrefix: '',
    topicPartitions: 1,
    topicReplication: 1,
    transactionTimeoutMs: 1000,
    ...more,
  };
}

const router = (table: string, ...timeColumns: string[]) => target(table, { preset: 'debezium-outbox', timeColumns });

describe('status of a table beside outbox.events', () => {
  it('has rows and size of one without a column of time, and says what to set for the rest', async () => {
    const report = await readOutboxRows(client, { target: router('bare'), upTo: null });
    expect(report).toMatchObject({
      table: 'public.bare',
      partitions: [{ name: 'bare', rows: 3, oldest: null, newest: null }],
      oldestUnconfirmed: null,
      unconfirmedRows: null,
      unknownBecause: expect.stringContaining('set CAUSEWAY_OUTBOX_TIME_COLUMN') as unknown,
    });
    expect(report.partitions[0]?.bytes).toBeGreaterThan(0);
  });

  it.each([
    { what: 'nothing is published', upTo: null, count: 4, oldest: '2026-01-01T10:00:00.000Z' },
    { what: 'some is', upTo: '2026-01-01T11:30:00Z', count: 2, oldest: '2026-01-01T12:00:00.000Z' },
    { what: 'all is', upTo: '2026-01-01T13:00:00Z', count: 0, oldest: null },
  ])('reads a timestamp without zone as UTC, whatever the session says: $what', async ({ upTo, count, oldest }) => {
    await client.query(`set timezone to 'Asia/Tokyo'`);
    expect(await readOutboxRows(client, { target: router('Timed', 'happened'), upTo })).toMatchObject({
      partitions: [{ name: 'Timed', rows: 4, oldest: '2026-01-01T10:00:00.000Z', newest: '2026-01-01T13:00:00.000Z' }],
      oldestUnconfirmed: oldest,
      unconfirmedRows: count,
      unknownBecause: null,
    });
  });

  it('has each partition of a table with partitions of its own', async () => {
    const { partitions } = await readOutboxRows(client, { target: router('days', 'happened'), upTo: null });
    expect(partitions).toMatchObject([
      { name: 'days_1', rows: 4, newest: '2026-01-01T13:00:00.000Z' },
      { name: 'days_2', rows: 0, oldest: null },
    ]);
  });

  it('passes over columns that are missing or no instants', async () => {
    const found = await openOutboxTable(client, router('Timed', 'nothing', 'label', 'happened'));
    expect(found.timeColumn).toBe('"happened"');
  });

  it('has the size alone where the role may only follow the publication', async () => {
    const role = `follower_${randomBytes(6).toString('hex')}`;
    await client.query(`begin; create role ${role}; set local role ${role}`);
    try {
      expect(await readOutboxRows(client, { target: router('Timed', 'happened'), upTo: null })).toMatchObject({
        partitions: [{ name: 'Timed', rows: null, bytes: expect.any(Number) as unknown }],
        unconfirmedRows: null,
        unknownBecause: expect.stringContaining('grant select') as unknown,
      });
    } finally {
      await client.query('rollback');
    }
  });

  it('names a table that is not there', async () => {
    await expect(readOutboxRows(client, { target: router('gone'), upTo: null })).rejects.toThrow(
      /OUTBOX_LAYOUT_MISMATCH.*table=public\.gone/,
    );
  });
});

describe('depth of a table beside outbox.events', () => {
  const depthOf = (of: TableTarget, after: string | null = null, most = 100) =>
    readOutboxDepth(client, of, { after, most });

  it.each([
    { what: 'of all rows', after: null, most: 100, rows: 4, oldest: '2026-01-01T10:00:00Z' },
    {
      what: 'of those after an instant',
      after: '2026-01-01T11:30:00Z',
      most: 100,
      rows: 2,
      oldest: '2026-01-01T12:00:00Z',
    },
    {
      what: 'counts no more than it may, from the oldest on',
      after: null,
      most: 3,
      rows: 3,
      oldest: '2026-01-01T10:00:00Z',
    },
    { what: 'has no age where nothing waits', after: '2026-01-01T13:00:00Z', most: 100, rows: 0, oldest: null },
  ])('$what', async ({ after, most, rows, oldest }) => {
    await client.query(`set timezone to 'Asia/Tokyo'`);
    const found = await depthOf(router('Timed', 'happened'), after, most);
    expect(found).toMatchObject({ rows, perMinute: 0, untold: null });
    const { rows: ages } = await client.query<{ age: number | null }>(
      'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 as age',
      [oldest],
    );
    const age = ages[0]?.age ?? null;
    if (age === null) expect(found.oldestSeconds).toBeNull();
    else expect(Math.abs(age - (found.oldestSeconds ?? 0))).toBeLessThan(60);
  });

  it('has the rate of the last minute', async () => {
    await client.query(`begin; insert into public."Timed" (happened) values (timezone('utc', now()))`);
    expect(await depthOf(router('Timed', 'happened'))).toMatchObject({ rows: 5, perMinute: 1 });
    await client.query('rollback');
  });

  it.each([
    ['a table that is not there', 'gone', /^the database has no table public\.gone: .*CAUSEWAY_OUTBOX_TABLE/],
    ['one without a column of time', 'bare', /^no column of public\.bare is known.*: set CAUSEWAY_OUTBOX_TIME_COLUMN$/],
  ])('says of %s why nothing is known', async (_what, table, expected) => {
    const { untold, ...nothing } = await depthOf(router(table));
    expect(nothing).toEqual({ rows: null, oldestSeconds: null, perMinute: null });
    expect(`${untold?.what}: ${untold?.action}`).toMatch(expected);
  });

  it('says so when counting takes longer than the connection allows', async () => {
    const other = await connectClient({ url: database.url, applicationName: 'spec' });
    try {
      await other.query('begin; lock table public."Timed" in access exclusive mode');
      await client.query('set statement_timeout = 200');
      expect((await depthOf(router('Timed', 'happened'))).untold).toEqual({
        what: 'counting rows of public.Timed takes too long',
        action: 'create an index on "happened"',
      });
    } finally {
      await client.query('reset statement_timeout');
      await other.end();
    }
  });
});

describe('rows of a table beside outbox.events', () => {
  it('laid out like it come in order and once, as text of the stream', async () => {
    await fixTextOutput(client);
    const table = await openOutboxTable(client, target('own'));
    const found: string[] = [];
    for await (const batch of readRows(client, table, day))
      found.push(...batch.map(({ aggregateId }) => aggregateId.toString()));
    expect(found).toEqual(Array.from({ length: 450 }, (_, n) => String(n + 1)));
    expect(await countWindow(target('own'), day)).toBe(450);
  });

  it('without a column of time cannot be chosen by it, and are found by their ids', async () => {
    const untimed = target('own_untimed');
    await expect(countWindow(untimed, day)).rejects.toThrow(/OUTBOX_NOT_RESENDABLE.*set CAUSEWAY_OUTBOX_TIME_COLUMN/);
    await fixTextOutput(client);
    const { rows } = await client.query<{ id: string }>('select id::text from public.own_untimed');
    const row = await readRow(client, await openOutboxTable(client, untimed), rows[0]?.id ?? '');
    expect(row).toMatchObject({ aggregateId: Buffer.from('1'), createdAt: null });
  });

  it("by another column than created_at, where that is the source's", async () => {
    const byOccurred = target('own_untimed', { timeColumns: ['occurred_at', 'created_at'] });
    expect(await countWindow(byOccurred, { from: '2020-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z' })).toBe(1);
  });

  it("of the router's layout are refused before anything is read: the publisher alone encodes them", async () => {
    const refused = /OUTBOX_NOT_RESENDABLE.*public\.Timed.*debezium-outbox/;
    const source = router('Timed', 'happened');
    await expect(countWindow(source, day)).rejects.toThrow(refused);
    await expect(resendWindow(source, { ...day, besidePublisher: true })).rejects.toThrow(refused);
    const past = new OutboxSource(source);
    await expect(past.parts({ topics: ['shop.order'] })).rejects.toThrow(refused);
    await expect(past.find([])).rejects.toThrow(refused);
    await past[Symbol.asyncDispose]();
  });

  it('can be written again under their ids in one transaction, as docs/operations.md says', async () => {
    const ids = `select array_agg(id order by id)::text as ids from public.bare`;
    const before = await client.query<{ ids: string }>(ids);
    await client.query(`
      begin;
      create temporary table again on commit drop as select * from public.bare;
      delete from public.bare o using again a where o.id = a.id;
      insert into public.bare select * from again;
      commit`);
    expect((await client.query<{ ids: string }>(ids)).rows).toEqual(before.rows);
  });
});
