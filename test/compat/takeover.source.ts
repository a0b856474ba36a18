import type { Client } from 'pg';
import { until } from '../support/until.ts';

const TYPES = ['order', 'user', 'invoice'] as const;
const MOST_PER_TRANSACTION = 20;

/** An outbox in which each row says how many were written before it; one writer, so that is the order of commit. */
export class TakeoverSource implements AsyncDisposable {
  readonly table = 'public.outbox';
  readonly publication = 'takeover_outbox';
  readonly slot: string;
  readonly #client: Client;
  #written = 0;

  private constructor(client: Client, slot: string) {
    this.#client = client;
    this.slot = slot;
  }

  static async prepare({ client, slot }: { readonly client: Client; readonly slot: string }): Promise<TakeoverSource> {
    const source = new TakeoverSource(client, slot);
    await client.query(
      `create table ${source.table} (id uuid primary key default gen_random_uuid(), aggregatetype text not null,
         aggregateid text not null, type text not null, payload text not null)`,
    );
    await client.query(`create publication ${source.publication} for table ${source.table}`);
    await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
    return source;
  }

  get written(): number {
    return this.#written;
  }

  async isRead(): Promise<void> {
    await until(
      'a reader of the slot',
      async () => {
        const { rows } = await this.#client.query<{ active: boolean }>(
          'select active from pg_replication_slots where slot_name = $1',
          [this.slot],
        );
        return rows[0]?.active === true ? true : null;
      },
      120_000,
    );
  }

  /** Transactions of one to twenty rows, of many keys. */
  async write(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const rows = Math.min(left, 1 + (this.#written % MOST_PER_TRANSACTION));
      await this.#client.query(
        `insert into ${this.table} (aggregatetype, aggregateid, type, payload)
         select ($1::text[])[1 + n % 3], 'k-' || n % 17, 'happened', '{"n":' || n || '}'
           from generate_series($2::int, $3::int) n`,
        [TYPES, this.#written + 1, this.#written + rows],
      );
      this.#written += rows;
      left -= rows;
    }
  }

  /** A slot keeps its database from being dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    await until('the slot dropped', async () => {
      const { rows } = await this.#client.query<{ active_pid: number | null }>(
        'select active_pid from pg_replication_slots where slot_name = $1',
        [this.slot],
      );
      const [found] = rows;
      if (found === undefined) return true;
      if (found.active_pid !== null) await this.#client.query('select pg_terminate_backend($1)', [found.active_pid]);
      else await this.#client.query('select pg_drop_replication_slot($1)', [this.slot]);
      return null;
    });
  }
}
