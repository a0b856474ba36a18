import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { KEYS, isServerAway, type CampaignSource } from './campaign.source.ts';
import { copyRows } from './row.copy.ts';
import type { SeededRandom } from './seeded.random.ts';

const ROLLED_BACK = 0.15;
const PARTLY_ROLLED_BACK = 0.15;
const COPIED = 0.25;
const PREPARED = 0.1;

/**
 * Writers that share keys, each on a connection of its own, one transaction after the other until they are told to rest. A restart of
 * the server ends a transaction somehow; what was committed is asked afterwards.
 */
export class RowWriters implements AsyncDisposable {
  readonly #writers: readonly RowWriter[];
  #running: Promise<unknown> = Promise.resolve();

  private constructor(writers: readonly RowWriter[]) {
    this.#writers = writers;
  }

  static async open(source: CampaignSource, randoms: readonly SeededRandom[]): Promise<RowWriters> {
    const [setting] = await source.query<{ n: string }>(
      `select setting as n from pg_settings where name = 'max_prepared_transactions'`,
    );
    const prepares = Number(setting?.n) >= randoms.length;
    return new RowWriters(randoms.map((random) => new RowWriter(source, { random, prepares })));
  }

  /** Does nothing while they write already. */
  write(): void {
    if (this.#writers.some(({ isWriting }) => isWriting)) return;
    this.#running = Promise.all(this.#writers.map((writer) => writer.write()));
    // Whoever lets them rest hears of it.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the transactions under way have ended. */
  async rest(): Promise<void> {
    for (const writer of this.#writers) writer.isWriting = false;
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest().catch(() => undefined);
    for (const writer of this.#writers) await writer.close();
  }
}

class RowWriter {
  readonly #source: CampaignSource;
  readonly #random: SeededRandom;
  /** Whether the server has room for a prepared transaction of every writer. */
  readonly #prepares: boolean;
  readonly #gid = `chaos-${crypto.randomUUID()}`;
  #client: Client | undefined;
  isWriting = false;

  constructor(source: CampaignSource, options: { random: SeededRandom; prepares: boolean }) {
    this.#source = source;
    this.#random = options.random;
    this.#prepares = options.prepares;
  }

  async write(): Promise<void> {
    this.isWriting = true;
    const random = this.#random;
    while (this.isWriting) {
      const gid = this.#prepares && random.chance(PREPARED) ? this.#gid : undefined;
      try {
        this.#client ??= await this.#source.connect();
        await writeTransaction(this.#client, { random, rows: rowsOf(random), gid });
      } catch (error) {
        if (!isServerAway(error)) throw error;
        await this.#recover();
      }
      await pause(random.chance(0.9) ? random.int(10, 150) : 0);
    }
  }

  async close(): Promise<void> {
    await this.#client?.end();
  }

  /** A prepared transaction outlives its connection, and its locks with it. */
  async #recover(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#client = await this.#source.connect();
    const { rowCount } = await this.#client.query('select from pg_prepared_xacts where gid = $1', [this.#gid]);
    if (rowCount === 0) return;
    await this.#client.query(`${this.#random.chance(0.5) ? 'commit' : 'rollback'} prepared '${this.#gid}'`);
  }
}

export interface TransactionPlan {
  readonly random: SeededRandom;
  readonly rows: number;
  /** By chance unless given. */
  readonly commits?: boolean;
  /** In two phases, under this name. */
  readonly gid?: string | undefined;
}

/** One transaction that is committed, rolled back, or rolled back in part. */
export async function writeTransaction(
  client: Client,
  { random, rows, gid, commits = !random.chance(ROLLED_BACK) }: TransactionPlan,
): Promise<void> {
  const keys = random.shuffled(KEYS).slice(0, random.int(1, 5));
  const pad = rows > 500 ? random.int(0, 10) : random.pick([0, 1, 5, 20, 100, 600]);
  const write = async (count: number): Promise<void> => {
    const plan = { keys, rows: count, pad: count * pad > 20_000 ? 1 : pad };
    if (random.chance(COPIED)) await copyRows(client, plan);
    else await client.query('select public.write_rows($1, $2, $3)', [keys, count, plan.pad]);
  };
  await client.query('begin');
  await write(rows);
  if (random.chance(PARTLY_ROLLED_BACK)) {
    await client.query('savepoint part');
    await write(random.int(1, 20));
    await client.query('rollback to part');
    await write(random.int(1, 20));
  }
  if (gid !== undefined) {
    await client.query(`prepare transaction '${gid}'`);
    await pause(random.int(0, 20));
    await client.query(`${commits ? 'commit' : 'rollback'} prepared '${gid}'`);
  } else await client.query(commits ? 'commit' : 'rollback');
}

/** Mostly a few, sometimes many, now and then thousands. */
function rowsOf(random: SeededRandom): number {
  const kind = random.next();
  if (kind < 0.8) return random.int(1, 6);
  if (kind < 0.985) return random.int(10, 60);
  return kind < 0.998 ? random.int(200, 1000) : random.int(2000, 4000);
}
