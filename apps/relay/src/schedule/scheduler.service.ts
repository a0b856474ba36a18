import type { Kysely } from 'kysely';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { faultPoint } from '../fault.points.ts';
import { fireDueTimers, type FireOptions } from './due.timers.ts';
import type { SchedulerMetrics } from './scheduler.metrics.ts';

export interface SchedulerOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly mappings: FireOptions['mappings'];
  readonly logger: Logger;
  readonly metrics: SchedulerMetrics;
  /** How often the schedule is looked at. */
  readonly intervalMs?: number;
  /** Entries at a time. */
  readonly batchSize?: number;
}

/** The clock of the mappings' schedules. Several replicas share the work: an entry is taken by one of them. */
export class SchedulerService {
  readonly #options: SchedulerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs = 5000 } = this.#options;
    this.#timer = setInterval(() => this.look(), intervalMs);
    this.look();
  }

  /** Looks at the schedule once what is under way has ended. */
  look(): void {
    this.#round = this.#round.then(() => this.#fireAll());
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #fireAll(): Promise<void> {
    const { db, mappings, logger, metrics, batchSize: limit = 500 } = this.#options;
    try {
      for (;;) {
        const { fired, missed } = await fireDueTimers(db, { mappings, limit });
        if (fired > 0) faultPoint('timers committed');
        metrics.fired.inc(fired);
        metrics.missed.inc(missed);
        if (fired + missed > 0) logger.info({ fired, missed }, 'the schedule made events');
        if (fired + missed < limit) return;
      }
    } catch (error) {
      // The next look tries again; what is due stays due.
      logger.warn(errorFields(error), 'the schedule could not be looked at');
    }
  }
}
