import type { Kysely } from 'kysely';
import type { Client, Pool } from 'pg';
import {
  connectClient,
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ProductDatabase,
  type ScratchDatabase,
} from '#postgres';

export interface EventRow {
  readonly id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly event_type: string;
  readonly event_version: number;
  readonly partition_key: string | null;
  readonly tenant_id: string;
  readonly payload: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly occurred_at: Date;
  readonly created_at: Date;
}

/** A database of its own with the product migrations, as one suite needs it. */
export class OutboxContext {
  readonly scratch: ScratchDatabase;
  readonly pool: Pool;
  readonly db: Kysely<ProductDatabase>;

  private constructor(scratch: ScratchDatabase) {
    this.scratch = scratch;
    this.pool = createPool({ url: scratch.url, applicationName: 'outbox-test' });
    this.db = createDatabase<ProductDatabase>(this.pool);
  }

  static async open(): Promise<OutboxContext> {
    const adminUrl = process.env['CAUSEWAY_POSTGRES_URL'];
    if (adminUrl === undefined || adminUrl === '')
      throw new Error('these tests need CAUSEWAY_POSTGRES_URL; npm test sets it');
    const scratch = await createScratchDatabase({ adminUrl, prefix: 'outbox' });
    await migrate({ url: scratch.url, folder: migrationFolder('product') });
    return new OutboxContext(scratch);
  }

  /** What is in the outbox, in the order in which it was written. */
  async events(): Promise<EventRow[]> {
    return (await this.pool.query<EventRow>('select * from outbox.events order by created_at, id')).rows;
  }

  /** Type and payload of what is in the outbox, which is emptied. */
  async take(): Promise<[type: string, payload: Record<string, unknown>][]> {
    const rows = await this.events();
    await this.run('delete from outbox.events');
    return rows.map((row) => [row.event_type, row.payload]);
  }

  async run(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.pool.query<Record<string, unknown>>(text, values)).rows;
  }

  /** Runs `work` on a connection of its own. */
  async connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await connectClient({ url: this.scratch.url, applicationName: 'outbox-test' });
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Runs `work` with the rights that a login role in this group would have. */
  async as<T>(role: string, work: (client: Client) => Promise<T>): Promise<T> {
    return this.connected(async (client) => {
      await client.query(`set role ${role}`);
      return work(client);
    });
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await this.scratch.drop();
  }
}
