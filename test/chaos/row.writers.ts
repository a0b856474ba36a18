import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { KEYS, type CampaignSource } from './campaign.source.ts';
import type { SeededRandom } from './seeded.random.ts';

const ROLLED_BACK = 0.15;
const PARTLY_ROLLED_BACK = 0.15;

/** Writers that share keys, each on a connection of its own, one transaction after the other until they are told to rest. */
export class RowWriters implements AsyncDisposable {
  readonly #clients: readonly Client[];
  readonly #randoms: readonly SeededRandom[];
  #writing = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(clients: readonly Client[], randoms: readonly SeededRandom[]) {
    this.#clients = clients;
    this.#randoms = randoms;
  }

  static async open(source: CampaignSource, randoms: readonly SeededRandom[]): Promise<RowWriters> {
    const clients: Client[] = [];
    for (const _ of randoms) clients.push(await source.connect());
    return new RowWriters(clients, randoms);
  }

  write(): void {
    this.#writing = true;
    this.#running = Promise.all(
      this.#clients.map((client, index) => this.#writeOn(client, this.#randoms[index] as SeededRandom)),
    );
    // Whoever lets them rest hears of it.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the transactions under way have ended. */
  async rest(): Promise<void> {
    this.#writing = false;
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#writing = false;
    await this.#running.catch(() => undefined);
    for (const client of this.#clients) await client.end();
  }

  async #writeOn(client: Client, random: SeededRandom): Promise<void> {
    while (this.#writing) {
      await writeTransaction(client, { random, rows: rowsOf(random) });
      await pause(random.chance(0.6) ? random.int(1, 40) : 0);
    }
  }
}

export interface TransactionPlan {
  readonly random: SeededRandom;
  readonly rows: number;
  /** By chance unless given. */
  readonly commits?: boolean;
}

/** One transaction that is committed, rolled back, or rolled back in part. */
export async function writeTransaction(
  client: Client,
  { random, rows, commits = !random.chance(ROLLED_BACK) }: TransactionPlan,
): Promise<void> {
  const keys = random.shuffled(KEYS).slice(0, random.int(1, 5));
  const pad = rows > 500 ? random.int(0, 10) : random.pick([0, 1, 5, 20, 100, 600]);
  const write = (count: number): Promise<unknown> =>
    client.query('select public.write_rows($1, $2, $3)', [keys, count, count * pad > 20_000 ? 1 : pad]);
  await client.query('begin');
  await write(rows);
  if (random.chance(PARTLY_ROLLED_BACK)) {
    await client.query('savepoint part');
    await write(random.int(1, 20));
    await client.query('rollback to part');
    await write(random.int(1, 20));
  }
  await client.query(commits ? 'commit' : 'rollback');
}

/** Mostly a few, sometimes many, now and then thousands. */
function rowsOf(random: SeededRandom): number {
  const kind = random.next();
  if (kind < 0.8) return random.int(1, 6);
  if (kind < 0.98) return random.int(10, 60);
  return kind < 0.996 ? random.int(200, 1000) : random.int(2000, 4000);
}
