import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { postgresUrl } from '#testing';
import { countRows, fixTextOutput, readRow, readRows } from './outbox.rows.ts';
import { openOutboxTable, type OutboxTable } from './outbox.table.ts';

let database: ScratchDatabase;
let client: Client;
let table: OutboxTable;

beforeAll(async () => {
  database = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'rows' });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  client = await connectClient({ url: database.url, applicationName: 'spec' });
  await fixTextOutput(client);
  table = await openOutboxTable(client, { name: 'shop' });
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const day = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };

async function insert(createdAt: string, rows: string): Promise<void> {
  await client.query(
    `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, occurred_at, created_at)
     select 'order', n::text, 'order.placed', jsonb_build_object('n', n), '2026-01-01 12:00:00.5+02', $1::timestamptz
       from generate_series(${rows}) n`,
    [createdAt],
  );
}

async function subjects(): Promise<number[]> {
  const found: number[] = [];
  for await (const batch of readRows(client, table, day))
    found.push(...batch.map(({ aggregateId }) => Number(aggregateId.toString())));
  return found;
}

describe('rows of a window', () => {
  it('come each once and in order over batches, many of one instant too; the end is not in it', async () => {
    await insert('2025-12-31 23:59:59.999999Z', '0, 0');
    await insert('2026-01-01 00:00:00Z', '1, 450');
    await insert('2026-01-01 10:00:00.000001Z', '451, 451');
    await insert('2026-01-01 10:00:00.000002Z', '452, 452');
    await insert('2026-01-02 00:00:00Z', '453, 453');
    const found = await subjects();
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 452 }, (_, n) => n + 1));
    expect(found.slice(-2)).toEqual([451, 452]);
    expect(await countRows(client, table, day)).toBe(452);
  });

  it('has the text that the replication stream gives', async () => {
    const { rows } = await client.query<{ id: string }>(
      `select id::text from outbox.events where aggregate_id = '451'`,
    );
    const row = await readRow(client, table, rows[0]?.id ?? '');
    expect(row?.occurredAt?.toString()).toBe('2026-01-01 10:00:00.5+00');
    expect(row?.payload.toString()).toBe('{"n": 451}');
    expect(await readRow(client, table, '00000000-0000-7000-8000-000000000000')).toBeUndefined();
  });
});
