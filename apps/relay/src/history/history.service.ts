import type { Kysely } from 'kysely';
import { forgetChanges } from '#folding';
import { forget } from '#inbox';
import { pruneHistory } from '#ledger';
import { counter, errorFields, type Logger, type Registry } from '#observability';
import type { IntegrationDatabase } from '#postgres';

/** How often old history is looked for. Milliseconds. */
const EVERY = 3_600_000;
/** Commands that one statement looks at: its locks last a fraction of a second. */
const BATCH = 5000;

export type HistoryMetrics = ReturnType<typeof historyMetrics>;

export function historyMetrics(registry: Registry) {
  return {
    pruned: counter(registry, 'ledger_pruned_commands_total', { help: 'Finished commands that were deleted' }),
    forgotten: counter(registry, 'inbox_forgotten_events_total', {
      help: 'Folded events that the inbox does not remember any more',
    }),
  };
}

export interface HistoryOptions {
  readonly db: Kysely<IntegrationDatabase>;
  /** Of finished commands, and of what folds changed in their states. */
  readonly retentionMs: number;
  /** Of the inbox; undefined remembers for ever. */
  readonly inboxRetentionMs?: number;
  readonly logger: Logger;
  readonly metrics: HistoryMetrics;
  readonly everyMs?: number;
  readonly batchSize?: number;
}

/**
 * Deletes what is older than its retention, in small batches: finished commands, by one replica at a time, what folds changed in their
 * states, and the inbox's notes of events that were folded, of which replicas that do so at the same time take different ones.
 */
export class HistoryService {
  readonly #options: HistoryOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Up to here the changes of folds were forgotten by this process. */
  #changesTo = '0';

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), this.#options.everyMs ?? EVERY);
    this.look();
  }

  /** Looks once what is under way has ended. */
  look(): void {
    this.#round = this.#round
      .then(() => this.#prune())
      .then(() => this.#forgetChanges())
      .then(() => this.#forget());
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

  async #forgetChanges(): Promise<void> {
    const { db, retentionMs, logger, batchSize: limit = BATCH } = this.#options;
    let total = 0;
    try {
      for (let isDone = false; !isDone && !this.#isStopping();) {
        const forgotten = await forgetChanges(db, { retentionMs, after: this.#changesTo, limit });
        this.#changesTo = forgotten.last;
        total += forgotten.folds;
        ({ isDone } = forgotten);
      }
      if (total > 0) logger.info({ folds: total }, 'what old folds changed was forgotten');
    } catch (error) {
      // The next look tries again.
      logger.warn(errorFields(error), 'what old folds changed could not be forgotten');
    }
  }

  async #forget(): Promise<void> {
    const { db, inboxRetentionMs, logger, metrics, batchSize: atMost = BATCH } = this.#options;
    if (inboxRetentionMs === undefined) return;
    const before = new Date(Date.now() - inboxRetentionMs);
    let total = 0;
    try {
      for (let last = atMost; last === atMost && !this.#isStopping(); total += last) {
        last = await forget(db, { before, atMost });
        metrics.forgotten.inc(last);
      }
      if (total > 0) logger.info({ events: total }, 'events that were folded long ago were forgotten');
    } catch (error) {
      // The next look tries again.
      logger.warn(errorFields(error), 'events that were folded long ago could not be forgotten');
    }
  }

  #isStopping(): boolean {
    return this.#stopping;
  }
}
