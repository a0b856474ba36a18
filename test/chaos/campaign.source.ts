import { randomBytes } from 'node:crypto';
import type { Client, Pool, QueryResultRow } from 'pg';
import {
  connectClient,
  createPool,
  createScratchDatabase,
  errorCode,
  isConnectionLost,
  migrate,
  migrationFolder,
  type ScratchDatabase,
} from '#postgres';
import { dropSlot } from '#replication';
import { until } from '../support/until.ts';
import type { CommittedRow } from './campaign.checker.ts';

/** Two topics, and keys that fall into all partitions of each. */
export const KINDS = ['order', 'customer'] as const;
export const KEYS: readonly string[] = KINDS.flatMap((kind) => Array.from({ length: 8 }, (_, n) => `${kind}-${n}`));
/** Postgres ends a link that has been silent for this long: a frozen publisher loses its slot. */
export const SESSION_SECONDS = 3;
const RESTART_PATIENCE_MS = 60_000;

/**
 * Numbers are taken from a counter of the key that stays locked until the commit, so they are in commit order; a rollback gives them
 * back. Locks are taken in the order of the keys, or writers would stand in each other's way.
 */
const WRITE = `
create table public.counters (key text primary key, n integer not null default 0);
create function public.next_rows(keys text[], row_count integer, pad integer)
returns table (row_key text, row_payload jsonb) language plpgsql as $$
begin
  perform from public.counters c where c.key = any (keys) order by c.key for update;
  return query
    select c.key, jsonb_build_object('sequence', c.n + row_number() over (partition by c.key order by i),
                                     'pad', repeat(md5(random()::text), pad))
      from generate_series(1, row_count) i
      join public.counters c on c.key = keys[1 + (i - 1) % cardinality(keys)]
     order by i;
  update public.counters c set n = c.n + written.count
    from (select keys[1 + (i - 1) % cardinality(keys)] as key, count(*) as count
            from generate_series(1, row_count) i group by 1) written
   where c.key = written.key;
end
$$;
create function public.write_rows(keys text[], row_count integer, pad integer) returns void language plpgsql as $$
begin
  perform outbox.emit(split_part(row_key, '-', 1), row_key, split_part(row_key, '-', 1) || '.changed', row_payload)
     from public.next_rows(keys, row_count, pad);
end
$$`;

/** The product's database of one campaign: what is committed there is the truth. Its server may be restarted at any time. */
export class CampaignSource implements AsyncDisposable {
  readonly #database: ScratchDatabase;
  readonly #pool: Pool;
  #slotName = newSlotName();

  private constructor(database: ScratchDatabase) {
    this.#database = database;
    this.#pool = createPool({ url: database.url, applicationName: 'causeway-chaos', max: 3 });
  }

  static async create(adminUrl: string): Promise<CampaignSource> {
    const database = await createScratchDatabase({ adminUrl, prefix: 'chaos' });
    const source = new CampaignSource(database);
    try {
      await migrate({ url: database.url, folder: migrationFolder('product') });
      const client = await source.connect();
      await client.query(WRITE);
      await client.end();
      await source.query('insert into public.counters (key) select unnest($1::text[])', [KEYS]);
      await source.query(`alter database ${database.name} set wal_sender_timeout = '${SESSION_SECONDS}s'`);
      return source;
    } catch (error) {
      await source.#pool.end();
      await database.drop();
      throw error;
    }
  }

  get url(): string {
    return this.#database.url;
  }

  get slotName(): string {
    return this.#slotName;
  }

  /** Asked once more when the connection was lost: ask nothing that must not be done twice. */
  async query<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    return until(
      `an answer of Postgres to: ${text}`,
      async () => {
        try {
          return (await this.#pool.query<R>(text, values)).rows;
        } catch (error) {
          if (!isConnectionLost(error)) throw error;
          return null;
        }
      },
      RESTART_PATIENCE_MS,
    );
  }

  /** A connection of one's own, which a restart of the server ends. */
  async connect(): Promise<Client> {
    const connect = (): Promise<Client | null> =>
      connectClient({ url: this.#database.url, applicationName: 'causeway-chaos-writer' }).catch((error: unknown) => {
        if (isServerAway(error)) return null;
        throw error;
      });
    return until('a connection to Postgres', connect, RESTART_PATIENCE_MS);
  }

  /** Gives the slot another name, as if the publisher had never run; nobody may publish or write meanwhile. */
  async renewSlot(): Promise<void> {
    await this.#dropSlot();
    this.#slotName = newSlotName();
  }

  /** One row of every key, in one transaction: behind it in each partition there is nothing of the round any more. */
  async closeRound(): Promise<void> {
    await this.query('select public.write_rows($1, $2, 1)', [KEYS, KEYS.length]);
  }

  /** WAL that is nobody's rows. */
  async stir(): Promise<void> {
    await this.query(`select pg_logical_emit_message(true, 'causeway-chaos', 'nothing')`);
  }

  /** Rows with a higher id than this; ids sort by time, and nobody writes at the end of a round. */
  committedAfter(lastId: string): Promise<CommittedRow[]> {
    return this.query<CommittedRow & QueryResultRow>(
      `select id::text, aggregate_id as key, (payload ->> 'sequence')::integer as sequence, payload::text
         from outbox.events where id > $1::uuid order by id`,
      [lastId],
    );
  }

  /** Those of the ids that were ever committed. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.query<{ id: string }>('select id::text from outbox.events where id = any($1::uuid[])', [
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  async cutWalsender(): Promise<void> {
    await this.query(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active',
      [this.#slotName],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dropSlot();
    await this.#pool.end();
    await this.#database.drop();
  }

  async #dropSlot(): Promise<void> {
    await this.cutWalsender();
    // The walsender needs a moment to let go of the slot.
    await until('the slot to be free', () =>
      dropSlot(this.#pool, this.#slotName).then(
        () => true,
        () => null,
      ),
    );
  }
}

/** True for what a server says, or does not say, while it is being restarted. */
export function isServerAway(error: unknown): boolean {
  return isConnectionLost(error) || errorCode(error) === 'POSTGRES_UNREACHABLE';
}

const newSlotName = (): string => `chaos_${randomBytes(6).toString('hex')}`;
