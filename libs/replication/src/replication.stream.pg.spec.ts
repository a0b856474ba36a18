import { openSource, until, type SourceContext } from '../test/source.context.ts';
import { formatLsn, type Lsn } from './lsn.ts';
import type { FrameSink } from './pgoutput.decoder.ts';
import { inspectPublication, publicationProblem, requirePublication } from './publication.ts';
import { classifyReplicationError } from './replication-error.policy.ts';
import { ReplicationStream } from './replication.stream.ts';
import { publicationChange } from './slot.policy.ts';
import { createSlot, dropSlot, inspectSlot } from './slot.ts';

let source: SourceContext;
const streams: ReplicationStream[] = [];

beforeEach(async () => {
  source = await openSource();
});

afterEach(async () => {
  await Promise.all(streams.splice(0).map((stream) => stream.close()));
  await source[Symbol.asyncDispose]();
});

interface Seen extends FrameSink {
  readonly rows: string[];
  readonly ends: Lsn[];
  readonly begins: Lsn[];
  readonly keepalives: Lsn[];
}

function watch(): Seen {
  const [rows, ends, begins, keepalives]: [string[], Lsn[], Lsn[], Lsn[]] = [[], [], [], []];
  return {
    rows,
    ends,
    begins,
    keepalives,
    begin: ({ commitLsn }) => begins.push(commitLsn),
    insert: (row) => rows.push(row.text(row.relation.columns.indexOf('id')) ?? ''),
    commit: (endLsn) => ends.push(endLsn),
    keepalive: ({ walEnd }) => keepalives.push(walEnd),
  };
}

const open = async (sink: FrameSink, statusIntervalMs = 1000): Promise<ReplicationStream> => {
  const stream = await ReplicationStream.open({ ...source, applicationName: 'causeway-test', statusIntervalMs, sink });
  streams.push(stream);
  return stream;
};
const confirmedFlush = async (): Promise<Lsn> =>
  (await inspectSlot(source.client, source.slotName))?.confirmedFlush ?? 0n;

describe('replication stream', () => {
  it('gives committed rows in commit order and rolled-back ones never', async () => {
    await createSlot(source.client, source.slotName);
    const seen = watch();
    const stream = await open(seen);
    await source.insert('a', 'b');
    await source.client.query('begin');
    await source.insert('never');
    await source.client.query('rollback');
    await source.insert('c');
    await until(() => seen.rows.length === 3);
    await stream.close();
    expect(seen.rows).toEqual(['a', 'b', 'c']);
    expect(seen.begins.every((lsn, index) => lsn < (seen.ends[index] ?? 0n))).toBe(true);
    expect(await stream.ended).toBeUndefined();
  });

  it('confirms nothing by itself, and then exactly what it is told', async () => {
    const start = await createSlot(source.client, source.slotName);
    const seen = watch();
    const stream = await open(seen, 20);
    await source.insert('a');
    await source.insert('b');
    await until(() => seen.rows.length === 2 && seen.keepalives.length > 3);
    expect(await confirmedFlush()).toBe(start);
    const first = seen.ends[0] ?? 0n;
    stream.confirm(first);
    await until(async () => (await confirmedFlush()) === first);
    stream.confirm(start);
    expect(stream.confirmed).toBe(first);
    await stream.close();
    // The server sends again from what was confirmed: the second transaction only.
    const again = watch();
    await open(again);
    await until(() => again.rows.length === 1);
    expect(again.rows).toEqual(['b']);
  });

  it('sends the last confirmation with a clean close', async () => {
    await createSlot(source.client, source.slotName);
    const seen = watch();
    const stream = await open(seen, 60_000);
    await source.insert('a');
    await until(() => seen.ends.length === 1);
    stream.confirm(seen.ends[0] ?? 0n);
    await stream.close();
    expect(formatLsn(await confirmedFlush())).toBe(formatLsn(seen.ends[0] ?? 0n));
    expect((await inspectSlot(source.client, source.slotName))?.active).toBe(false);
  });

  it('keeps the link alive behind a paused socket, and goes on', async () => {
    await source.client.query(
      `alter role current_user in database ${new URL(source.url).pathname.slice(1)} set wal_sender_timeout = '2s'`,
    );
    await createSlot(source.client, source.slotName);
    const seen = watch();
    const stream = await open(seen, 60_000);
    stream.pause();
    await source.insert('a');
    // The server hears from us for longer than it would wait.
    await until(async () => {
      const { rows } = await source.client.query<{ kept: boolean }>(
        `select reply_time - backend_start > interval '5 s' as kept
           from pg_stat_replication r join pg_replication_slots s on s.active_pid = r.pid where s.slot_name = $1`,
        [source.slotName],
      );
      return rows[0]?.kept;
    });
    expect(seen.rows).toEqual([]);
    stream.resume();
    await until(() => seen.rows.length === 1);
    await stream.close();
  });

  it('has one reader: a second one is told so', async () => {
    await createSlot(source.client, source.slotName);
    const stream = await open(watch());
    const refused = await open(watch()).catch(classifyReplicationError);
    expect(refused).toEqual({ action: 'wait', code: 'SLOT_IN_USE' });
    await stream.close();
    expect((await open(watch())).confirmed).toBe(0n);
  });

  it('ends with a reason when the server cuts it off', async () => {
    await createSlot(source.client, source.slotName);
    const stream = await open(watch());
    const { rows } = await source.client.query<{ active_pid: number }>(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1',
      [source.slotName],
    );
    expect(rows).toHaveLength(1);
    expect(classifyReplicationError(await stream.ended)).toEqual({ action: 'retry', code: 'POSTGRES_UNREACHABLE' });
  });

  it('ends instead of passing rows over when the publication is gone', async () => {
    await createSlot(source.client, source.slotName);
    await source.insert('a');
    await source.client.query('drop publication causeway_outbox');
    const seen = watch();
    const stream = await open(seen);
    await source.insert('b');
    expect(await stream.ended).toMatchObject({ code: 'PUBLICATION_MISSING' });
    // The server decodes with the catalogue of the time: the first row still had its publication.
    expect(seen.rows).toEqual(['a']);
  });

  it('ends as well where the role has warnings switched off', async () => {
    await source.client.query(
      `alter role current_user in database ${new URL(source.url).pathname.slice(1)} set client_min_messages = 'error'`,
    );
    await createSlot(source.client, source.slotName);
    await source.client.query('drop publication causeway_outbox');
    await source.insert('a');
    expect(await (await open(watch())).ended).toMatchObject({ code: 'PUBLICATION_MISSING' });
  });

  it.each([
    ['slot missing', 'SLOT_MISSING'],
    ['wrong password or role', 'POSTGRES_ACCESS_DENIED'],
    ['nobody there', 'POSTGRES_UNREACHABLE'],
  ])('says %s', async (what, code) => {
    const url = new URL(source.url);
    if (what === 'nobody there') url.port = '1';
    if (what === 'wrong password or role') url.username = 'nobody_at_all';
    const options = {
      ...source,
      url: url.toString(),
      applicationName: 'causeway-test',
      statusIntervalMs: 1000,
      sink: watch(),
    };
    await expect(
      ReplicationStream.open(options).catch((error: unknown) => classifyReplicationError(error).code),
    ).resolves.toBe(code);
  });
});

describe('slot and publication', () => {
  it('are inspected, created and dropped', async () => {
    expect(await inspectSlot(source.client, source.slotName)).toBeUndefined();
    const start = await createSlot(source.client, source.slotName);
    expect(await inspectSlot(source.client, source.slotName)).toMatchObject({
      plugin: 'pgoutput',
      active: false,
      confirmedFlush: start,
      walStatus: 'reserved',
      invalidationReason: null,
      heldBackBytes: expect.any(Number) as number,
      failover: true,
    });
    await expect(createSlot(source.client, source.slotName)).rejects.toMatchObject({ code: '42710' });
    await dropSlot(source.client, source.slotName);
    await dropSlot(source.client, source.slotName);
    await createSlot(source.client, source.slotName, { failover: false });
    expect((await inspectSlot(source.client, source.slotName))?.failover).toBe(false);
    await dropSlot(source.client, source.slotName);
    expect(await inspectSlot(source.client, source.slotName)).toBeUndefined();
  });

  it.each([
    ['created again', 'drop publication p; create publication p for table outbox.events'],
    [
      'the table taken out and in',
      'alter publication p drop table outbox.events; alter publication p add table outbox.events',
    ],
    [
      'inserts switched off and on',
      `alter publication p set (publish = 'delete'); alter publication p set (publish = 'insert')`,
    ],
    [
      'a filter set and taken away',
      `alter publication p set table outbox.events where (id = 'a'); alter publication p set table outbox.events`,
    ],
  ])('a publication has another identity after: %s', async (_, change) => {
    await source.client.query('create publication p for table outbox.events');
    const wanted = { name: 'p', table: { schema: 'outbox', table: 'events' } };
    const before = await inspectPublication(source.client, wanted);
    // What concerns other tables does not count.
    await source.client.query('create table other (id int primary key); alter publication p add table other');
    expect((await inspectPublication(source.client, wanted)).id).toBe(before.id);
    for (const statement of change.split(';')) await source.client.query(statement);
    const after = await inspectPublication(source.client, wanted);
    expect(publicationProblem(after)).toBeNull();
    expect(after.id).not.toBe(before.id);
    expect(publicationChange(before.id, after.id)).toBe(change.startsWith('drop') ? 'created again' : 'altered');
  });

  it.each([
    ['as it should be', '', undefined],
    ['dropped', 'drop publication causeway_outbox', 'there is no such publication'],
    ['without the table', 'alter publication causeway_outbox drop table outbox.events', 'it does not hold the table'],
    [
      'with a row filter',
      `alter publication causeway_outbox set table outbox.events where (id <> 'a')`,
      'its row filter leaves rows out',
    ],
    [
      'with a column list',
      'alter publication causeway_outbox set table outbox.events (id)',
      'its column list leaves out payload',
    ],
    ['without inserts', `alter publication causeway_outbox set (publish = 'update')`, 'it does not publish inserts'],
    [
      'naming partitions',
      `drop table outbox.events; create table outbox.events (id text) partition by hash (id);
       create table outbox.part partition of outbox.events for values with (modulus 1, remainder 0);
       alter publication causeway_outbox add table outbox.events`,
      'it lacks publish_via_partition_root = true',
    ],
  ])('publication %s', async (_, change, problem) => {
    if (change !== '') await source.client.query(change);
    const check = requirePublication(source.client, {
      name: 'causeway_outbox',
      table: { schema: 'outbox', table: 'events' },
      columns: ['id', 'payload'],
    });
    if (problem === undefined) expect(await check).toMatch(/^\d+\//);
    else await expect(check).rejects.toMatchObject({ code: 'PUBLICATION_MISSING', details: { problem } });
  });
});
