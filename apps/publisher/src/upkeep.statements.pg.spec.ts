import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { until } from '#testing';
import { dropPartitions, readLayout, takeMarker, type Marker } from './upkeep.statements.ts';

let database: ScratchDatabase;
let client: Client;
let writer: Client;

beforeAll(async () => {
  database = await createScratchDatabase({ adminUrl: process.env['CAUSEWAY_POSTGRES_URL'] ?? '', prefix: 'upkeep' });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  const connect = (): Promise<Client> => connectClient({ url: database.url, applicationName: 'causeway-test' });
  [client, writer] = [await connect(), await connect()];
});

afterAll(async () => {
  await Promise.all([client.end(), writer.end()]);
  await database.drop();
});

beforeEach(async () => {
  await client.query(
    `create table outbox.events_20200101 partition of outbox.events for values from ('2020-01-01') to ('2020-01-02')`,
  );
});

afterEach(async () => {
  await writer.query('rollback');
  await client.query('reset role; drop table if exists outbox.events_20200101; truncate outbox.events');
});

const DAY_MS = 86_400_000;
const insert = (at: string): Promise<unknown> =>
  writer.query(
    `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
     values ('order', '1', 'order.placed', '{}', $1)`,
    [at],
  );
const drop = async (marker: Marker, retentionMs = DAY_MS): Promise<readonly string[]> =>
  (await dropPartitions(client, { marker, retentionMs })).dropped;

/** A moment at which everything that was written here so far had ended: other databases of the server count as well. */
async function laterMarker(): Promise<Marker> {
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  return until(async () => {
    const marker = await takeMarker(client);
    return BigInt(marker.horizon) > BigInt(rows[0]?.xid ?? 0) ? marker : null;
  });
}

describe('dropping what is published', () => {
  it('drops a day whose rows were all there at the marker', async () => {
    await insert('2020-01-01T12:00:00Z');
    expect(await drop(await laterMarker())).toEqual(['events_20200101']);
  });

  it('keeps a day with a row of a transaction that was open at the marker, whatever its created_at', async () => {
    await writer.query('begin');
    await writer.query('savepoint s');
    await insert('2020-01-01T12:00:00Z');
    const marker = await takeMarker(client);
    await writer.query('commit');
    expect(await drop(marker)).toEqual([]);
    expect(await drop(await laterMarker())).toEqual(['events_20200101']);
  });

  it('keeps a day with a row that was written after the marker, in the past', async () => {
    const marker = await takeMarker(client);
    await insert('2020-01-01T12:00:00Z');
    expect(await drop(marker)).toEqual([]);
  });

  it('keeps a day that is not older than the retention', async () => {
    expect(await drop(await laterMarker(), 10_000 * DAY_MS)).toEqual([]);
  });

  it('leaves a day that is being written to for the next time, without waiting for long', async () => {
    await writer.query('begin');
    await insert('2020-01-01T12:00:00Z');
    expect(await drop(await takeMarker(client))).toEqual([]);
    await writer.query('commit');
  });

  it('deletes old rows of the default partition, those of later transactions not', async () => {
    await insert('2019-01-01T12:00:00Z');
    const marker = await laterMarker();
    await insert('2019-01-01T12:00:00Z');
    expect((await dropPartitions(client, { marker, retentionMs: DAY_MS })).deleted).toBe(1);
  });

  it("is for the publisher's role, which can neither write nor delete itself", async () => {
    await insert('2020-01-01T12:00:00Z');
    const marker = await laterMarker();
    await client.query('set role causeway_publisher');
    await expect(client.query('delete from outbox.events')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('drop table outbox.events_20200101')).rejects.toMatchObject({ code: '42501' });
    expect(await drop(marker)).toEqual(['events_20200101']);
    await client.query('set role causeway_emitter');
    await expect(drop(marker)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    ['outbox', 'events', 'partitions'],
    ['inbox', 'processed', 'plain'],
    ['outbox', 'nothing', 'foreign'],
  ])('knows the layout of %s.%s', async (schema, table, layout) => {
    expect(await readLayout(client, { schema, table })).toBe(layout);
  });
});
