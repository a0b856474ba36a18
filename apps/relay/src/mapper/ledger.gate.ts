import type { Kysely } from 'kysely';
import { countWaiting } from '#ledger';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { isGateOpen } from './gate.policy.ts';
import type { MapperMetrics } from './mapper.metrics.ts';

export interface LedgerGateOptions {
  readonly db: Kysely<IntegrationDatabase>;
  /** Commands that may wait. */
  readonly most: number;
  readonly consumer: { pause(reason: string): void; resume(): void };
  readonly metrics: Pick<MapperMetrics, 'paused'>;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/** Back-pressure: while the CRM is behind, events wait in Kafka rather than as commands in Postgres. */
export class LedgerGate {
  readonly #options: LedgerGateOptions;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: LedgerGateOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs = 1000 } = this.#options;
    this.#timer = setInterval(() => void (this.#looking = this.#looking.then(() => this.look())), intervalMs);
  }

  /** Ends the look that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks at the ledger once. A look that fails leaves things as they are: a batch would fail as well. */
  async look(): Promise<void> {
    const { db, most, consumer, metrics, logger } = this.#options;
    try {
      const depth = await countWaiting(db, most + 1);
      const isOpen = isGateOpen({ wasOpen: this.#isOpen, depth, most });
      if (isOpen === this.#isOpen) return;
      this.#isOpen = isOpen;
      metrics.paused.set(isOpen ? 0 : 1);
      if (isOpen) consumer.resume();
      else consumer.pause(`more than ${most} commands wait for the CRM (CAUSEWAY_LEDGER_DEPTH)`);
      logger.warn({ most }, isOpen ? 'events are fetched again' : 'no more events are fetched: too many commands wait');
    } catch (error) {
      logger.warn(errorFields(error), 'the depth of the ledger could not be looked at');
    }
  }
}
