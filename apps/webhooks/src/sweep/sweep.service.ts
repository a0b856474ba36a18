import type { Kysely } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { listConnections, type Connection } from '#connections';
import type { Lane } from '#contracts';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { wantedChannels, type WatchingMapping } from '../keeper/wanted.channels.ts';
import { asLeader } from '../leader.lock.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { ModuleSweeper } from './module.sweeper.ts';
import type { SweepReader } from './sweep.pages.ts';
import { markUnmatched } from '../hydrator/unmatched.store.ts';
import { markLostRecords } from './lost.marks.ts';
import { dueSweeps, ensureSweeps } from './sweep.store.ts';

/** How often one looks for sweeps that are due. */
const ROUND_MS = 1000;

export interface SweepOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clients: { clientOf(connectionId: string, lane: Lane): Promise<SweepReader> };
  readonly mappings: readonly WatchingMapping[];
  readonly intervalMs: number;
  readonly overlapMs: number;
  /** Calls of one module before others have their turn. */
  readonly budget: number;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
  /** Called after records were marked. */
  readonly onMarked: () => void;
  readonly roundMs?: number;
  readonly failurePauseMs?: number;
}

/**
 * The sweep: reads the watched modules by Modified_Time, and the lists of deleted records, for what notifications missed; the first time
 * as a whole. One process at a time, and whoever comes next goes on where it was.
 */
export class SweepService {
  readonly #options: SweepOptions;
  readonly #sweeper: ModuleSweeper;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#sweeper = new ModuleSweeper(options);
  }

  start(): void {
    this.#running = this.#goOn();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Does what is due now, unless another process does. */
  async round(): Promise<void> {
    const { db, logger } = this.#options;
    try {
      await asLeader(db, 'sweep', () => this.#sweepDue());
    } catch (error) {
      logger.error(errorFields(error), 'the sweep failed and tries again');
    }
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.round();
      await wait(this.#options.roundMs ?? ROUND_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sweepDue(): Promise<void> {
    const { db, mappings, clients, logger } = this.#options;
    const connections = new Map((await listConnections(db)).map((connection) => [connection.id, connection]));
    for (const connection of connections.values()) {
      const modules = wantedChannels(connection, mappings).map(({ module }) => module);
      await ensureSweeps(db, { connectionId: connection.id, modules });
    }
    for (const sweep of await dueSweeps(db)) {
      const connection = connections.get(sweep.connectionId);
      if (connection === undefined || this.#stopping.signal.aborted) continue;
      try {
        const client = await clients.clientOf(sweep.connectionId, 'reconcile');
        const goesOn = (): boolean => !this.#stopping.signal.aborted;
        await this.#sweeper.sweep(sweep, { client, goesOn, ...this.#limitsOf(connection, sweep.module) });
      } catch (error) {
        // One connection's trouble is none of the others'.
        logger.error({ connection: sweep.connectionId, module: sweep.module, ...errorFields(error) }, 'a sweep failed');
      }
    }
    const { intervalMs, onMarked } = this.#options;
    if ((await markLostRecords(db, { intervalMs })) + (await markUnmatched(db)) > 0) onMarked();
    await this.#show();
  }

  #limitsOf({ settings }: Connection, module: string): { calls: number; intervalMs: number } {
    const { minutes, calls = this.#options.budget } = settings.sweep?.[module] ?? {};
    return { calls, intervalMs: minutes === undefined ? this.#options.intervalMs : minutes * 60_000 };
  }

  async #show(): Promise<void> {
    const { db, metrics } = this.#options;
    const { rows } = await sql<{ connection: string; module: string; age: number }>`
      select connection_id as connection, module,
             extract(epoch from clock_timestamp() - coalesce(last_started_at, run_started_at, clock_timestamp()))::float8 as age
        from webhooks.sweeps`.execute(db);
    for (const { connection, module, age } of rows) metrics.sweepAge.set({ connection, module }, age);
    const { rows: unmatched } = await sql<{ connection: string; module: string; records: number }>`
      select connection_id as connection, module, count(*)::integer as records from webhooks.unmatched group by 1, 2`.execute(
      db,
    );
    metrics.unmatched.reset();
    for (const { connection, module, records } of unmatched) metrics.unmatched.set({ connection, module }, records);
  }
}
