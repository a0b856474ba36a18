import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { dropSlot } from '#replication';
import { until } from '../support/until.ts';
import type { CommittedRow } from './campaign.checker.ts';

/** Two topics, and keys that fall into all partitions of each. */
export const KINDS = ['order', 'customer'] as const;
export const KEYS: readonly string[] = KINDS.flatMap((kind) => Array.from({ length: 8 }, (_, n) => `${kind}-${n}`));
/** Postgres ends a link that has been silent for this long: a frozen publisher loses its slot. */
export const SESSION_SECONDS = 3;

/**
 * Numbers are taken from a counter of the key that stays locked until the commit, so they are in commit order; a rollback gives them
 * back. Locks are taken in the order of the keys, or writers would stand in each other's way.
 */
const WRITE = `
create table public.counters (key text primary key, n integer not null default 0);
create function public.write_rows(keys text[], row_count integer, pad integer) returns void language plpgsql as $$
begin
  perform from public.counters c where c.key = any (keys) order by c.key for update;
  perform outbox.emit(split_part(key, '-', 1), key, split_part(key, '-', 1) || '.changed',
                      jsonb_build_object('sequence', sequence, 'pad', repeat(md5(random()::text), pad)))
     from (select i, c.key, c.n + row_number() over (partition by c.key order by i) as sequence
             from generate_series(1, row_count) i
             join public.counters c on c.key = keys[1 + (i - 1) % cardinality(keys)]
            order by i) numbered;
  update public.counters c set n = c.n + written.count
    from (select keys[1 + (i - 1) % cardinality(keys)] as key, count(*) as count
            from generate_series(1, row_count) i group by 1) written
   where c.key = written.key;
end
$$`;

/** The product's database of one campaign: what is committed there is the truth. */
export class CampaignSource implements AsyncDisposable {
  readonly slotName = `chaos_${randomBytes(6).toString('hex')}`;
  readonly #database: ScratchDatabase;
  readonly #client: Client;

  private constructor(database: ScratchDatabase, client: Client) {
    this.#database = database;
    this.#client = client;
  }

  static async create(adminUrl: string): Promise<CampaignSource> {
    const database = await createScratchDatabase({ adminUrl, prefix: 'chaos' });
    try {
      await migrate({ url: database.url, folder: migrationFolder('product') });
      const client = await connectClient({ url: database.url, applicationName: 'causeway-chaos' });
      await client.query(WRITE);
      await client.query('insert into public.counters (key) select unnest($1::text[])', [KEYS]);
      await client.query(`alter database ${database.name} set wal_sender_timeout = '${SESSION_SECONDS}s'`);
      return new CampaignSource(database, client);
    } catch (error) {
      await database.drop();
      throw error;
    }
  }

  get url(): string {
    return this.#database.url;
  }

  async connect(): Promise<Client> {
    return connectClient({ url: this.#database.url, applicationName: 'causeway-chaos-writer' });
  }

  /** One row of every key, in one transaction: behind it in each partition there is nothing of the round any more. */
  async closeRound(): Promise<void> {
    await this.#client.query('select public.write_rows($1, $2, 1)', [KEYS, KEYS.length]);
  }

  /** Rows with a higher id than this; ids sort by time, and nobody writes at the end of a round. */
  async committedAfter(lastId: string): Promise<CommittedRow[]> {
    const { rows } = await this.#client.query<CommittedRow>(
      `select id::text, aggregate_id as key, (payload ->> 'sequence')::integer as sequence, payload::text
         from outbox.events where id > $1::uuid order by id`,
      [lastId],
    );
    return rows;
  }

  /** Those of the ids that were ever committed. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#client.query<{ id: string }>(
      'select id::text from outbox.events where id = any($1::uuid[])',
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async cutWalsender(): Promise<void> {
    await this.#client.query(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active',
      [this.slotName],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutWalsender();
    // The walsender needs a moment to let go of the slot.
    await until('the slot to be free', () =>
      dropSlot(this.#client, this.slotName).then(
        () => true,
        () => null,
      ),
    );
    await this.#client.end();
    await this.#database.drop();
  }
}
