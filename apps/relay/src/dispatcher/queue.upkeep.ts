import type { Kysely } from 'kysely';
import { mendParkedMarks } from '#ledger';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';

/** How often the marks of what waits behind parked commands are put right. Milliseconds. */
const EVERY = 600_000;

export interface QueueUpkeepOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly logger: Logger;
  readonly everyMs?: number;
}

/** Keeps what a claim looks at small: now, and from time to time. */
export class QueueUpkeep {
  readonly #options: QueueUpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(options: QueueUpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    const look = (): void => {
      this.#round = this.#round.then(() => this.#mend());
    };
    this.#timer = setInterval(look, this.#options.everyMs ?? EVERY);
    look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Never rejects: the next look tries again. */
  async #mend(): Promise<void> {
    const { db, logger } = this.#options;
    try {
      const mended = await mendParkedMarks(db);
      // Somebody changed rows past the triggers; what waited goes on now.
      if (mended.cleared > 0) logger.warn({ commands: mended.cleared }, 'commands waited behind nothing');
    } catch (error) {
      logger.warn(errorFields(error), 'what waits behind parked commands could not be looked at');
    }
  }
}
