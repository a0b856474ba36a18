import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { createSlot, dropSlot } from '#replication';
import { until } from '../../support/until.ts';
import type { BenchLayout } from './bench.layout.ts';

export interface Writing {
  readonly rows: number;
  readonly perTransaction: number;
  /** About so many bytes of payload a row. */
  readonly payload: number;
}

/** Rows of a thousand aggregates, so that all partitions get some. */
function procedureOf({ table, columns, values }: BenchLayout): string {
  const payload = `jsonb_build_object('order', n, 'total', n % 977 / 100.0, 'currency', 'EUR',
                   'note', left(repeat(md5(n::text), payload / 32 + 1), greatest(payload - 60, 0)))`;
  return `
create procedure public.bench_write(row_count integer, per_transaction integer, payload integer) language plpgsql as $$
begin
  for at in 1..row_count by per_transaction loop
    insert into ${table} (${columns})
    select ${values('n', payload)} from generate_series(at, least(at + per_transaction - 1, row_count)) as n;
    commit;
  end loop;
end
$$`;
}

/** A database with an outbox for one run of the bench, and its slots. */
export class BenchSource implements AsyncDisposable {
  readonly #database: ScratchDatabase;
  readonly #client: Client;
  readonly #slots: string[] = [];
  readonly layout: BenchLayout;

  private constructor(parts: { database: ScratchDatabase; client: Client; layout: BenchLayout }) {
    this.#database = parts.database;
    this.#client = parts.client;
    this.layout = parts.layout;
  }

  static async create(adminUrl: string, layout: BenchLayout): Promise<BenchSource> {
    const database = await createScratchDatabase({ adminUrl, prefix: 'bench' });
    try {
      await migrate({ url: database.url, folder: migrationFolder('product') });
      const client = await connectClient({ url: database.url, applicationName: 'causeway-bench' });
      await client.query(layout.ddl);
      await client.query(procedureOf(layout));
      return new BenchSource({ database, client, layout });
    } catch (error) {
      await database.drop();
      throw error;
    }
  }

  get url(): string {
    return this.#database.url;
  }

  /** A slot that sends what is written from now on. */
  async slot(): Promise<string> {
    const name = newSlotName();
    await createSlot(this.#client, name);
    this.#slots.push(name);
    return name;
  }

  /** A slot at the same place as another that nobody has read yet: the same rows can be read again. */
  async copyOf(slot: string): Promise<string> {
    const name = newSlotName();
    await this.#client.query('select pg_copy_logical_replication_slot($1, $2)', [slot, name]);
    this.#slots.push(name);
    return name;
  }

  async drop(slot: string): Promise<void> {
    await this.#client.query(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active',
      [slot],
    );
    // The walsender needs a moment to let go of the slot.
    await until('the slot to be free', () =>
      dropSlot(this.#client, slot).then(
        () => true,
        () => null,
      ),
    );
    this.#slots.splice(this.#slots.indexOf(slot), 1);
  }

  /** Writes the rows and returns when all are committed and flushed. */
  async write({ rows, perTransaction, payload }: Writing): Promise<void> {
    const writer = await this.connect();
    try {
      await writer.query('set synchronous_commit = off');
      await writer.query(`call public.bench_write(${rows}, ${perTransaction}, ${payload})`);
    } finally {
      await writer.end();
    }
    // What was written last is in nobody's way then, neither unflushed WAL nor dirty pages.
    await this.#client.query('checkpoint');
  }

  async connect(): Promise<Client> {
    return connectClient({ url: this.#database.url, applicationName: 'causeway-bench-writer' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const slot of this.#slots.slice()) await this.drop(slot);
    await this.#client.end();
    await this.#database.drop();
  }
}

function newSlotName(): string {
  return `bench_${randomBytes(6).toString('hex')}`;
}
