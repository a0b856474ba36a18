import type { Client } from 'pg';
import { connectClient } from '#postgres';
import type { SystemDetails } from '#system';
import type { Leftover } from './leftover.ts';

interface Mark {
  /** Everything committed before has a commit record below it. */
  readonly walEnd: string;
  readonly rows: string;
}

/**
 * Whether all rows of one outbox are in Kafka. The WAL grows for many reasons, so its end is a moving goal: it is taken
 * once, reached, and after that only new rows count.
 */
export class OutboxWatch {
  readonly #source: SystemDetails['sources'][number];
  #mark: Mark | undefined;
  #reached = false;

  constructor(source: SystemDetails['sources'][number]) {
    this.#source = source;
  }

  /** What is left: bytes of WAL that the publisher has not confirmed, which it does only past what Kafka holds. */
  async unpublished(): Promise<Leftover> {
    const { name, url, slot } = this.#source;
    const client = await connectClient({ url, applicationName: 'causeway-settle' });
    try {
      const rows = await countRows(client);
      if (this.#mark?.rows !== rows) {
        this.#mark = { walEnd: await walEnd(client), rows };
        this.#reached = false;
      }
      const count = this.#reached ? 0 : await unconfirmedBytes(client, { slot, until: this.#mark.walEnd });
      this.#reached = count === 0;
      return { what: `bytes of WAL of ${name} not confirmed`, count };
    } finally {
      await client.end();
    }
  }
}

async function countRows(client: Client): Promise<string> {
  const { rows } = await client.query<{ count: string }>('select count(*)::text as count from outbox.events');
  return rows[0]?.count ?? '0';
}

async function walEnd(client: Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  return rows[0]?.lsn ?? '0/0';
}

async function unconfirmedBytes(client: Client, query: { slot: string; until: string }): Promise<number> {
  const { rows } = await client.query<{ behind: string | null }>(
    `select greatest(0, pg_wal_lsn_diff($2::pg_lsn, confirmed_flush_lsn))::bigint::text as behind
       from pg_replication_slots where slot_name = $1`,
    [query.slot, query.until],
  );
  // Without a slot nothing of this outbox is on its way to Kafka at all.
  return Number(rows[0]?.behind ?? Number.MAX_SAFE_INTEGER);
}
