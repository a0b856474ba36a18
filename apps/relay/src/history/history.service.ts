import type { Kysely } from 'kysely';
import { pruneHistory } from '#ledger';
import { counter, errorFields, type Logger, type Registry } from '#observability';
import type { IntegrationDatabase } from '#postgres';

/** How often old history is looked for. Milliseconds. */
const EVERY = 3_600_000;
/** Commands that one statement looks at: its locks last a fraction of a second. */
const BATCH = 5000;

export type HistoryMetrics = ReturnType<typeof historyMetrics>;

export function historyMetrics(registry: Registry) {
  return { pruned: counter(registry, 'ledger_pruned_commands_total', { help: 'Finished commands that were deleted' }) };
}

export interface HistoryOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly retentionMs: number;
  readonly logger: Logger;
  readonly metrics: HistoryMetrics;
  readonly everyMs?: number;
  readonly batchSize?: number;
}

/** Deletes finished commands that are older than the retention, in small batches; one replica at a time does so. */
export class HistoryService {
  readonly #options: HistoryOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), this.#options.everyMs ?? EVERY);
    this.look();
  }

  /** Looks once what is under way has ended. */
  look(): void {
    this.#round = this.#round.then(() => this.#prune());
  }

  /** Ends after the batch under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  async #prune(): Promise<void> {
    const { db, retentionMs, logger, metrics, batchSize: limit = BATCH } = this.#options;
    let total = 0;
    try {
      for (let after: string | null = '0'; after !== null && !this.#isStopping();) {
        const { commands, next } = await pruneHistory(db, { retentionMs, after, limit });
        metrics.pruned.inc(commands);
        total += commands;
        after = next;
      }
      if (total > 0) logger.info({ commands: total }, 'old history was deleted');
    } catch (error) {
      // The next look tries again.
      logger.warn(errorFields(error), 'old history could not be deleted');
    }
  }

  #isStopping(): boolean {
    return this.#stopping;
  }
}
