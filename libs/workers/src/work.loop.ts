import { errorFields, type Logger } from '#observability';
import { WakeBell } from './wake.bell.ts';

/** Without a notification (a lost LISTEN connection, work whose pause is over) a loop looks for work this often. */
const POLL_MS = 500;
/** After an error that a round did not handle itself, such as a lost Postgres. */
const ERROR_PAUSE_MS = 1000;

export interface WorkLoopOptions {
  readonly name: string;
  /** Rounds that run at the same time. */
  readonly concurrency: number;
  readonly logger: Logger;
  /** Looks for work and does it; false when there was none. */
  readonly round: () => Promise<boolean>;
  readonly pollMs?: number;
}

/** Workers that look for work in Postgres, sleep while there is none, and are woken by notifications. */
export class WorkLoop {
  readonly #options: WorkLoopOptions;
  readonly #bell = new WakeBell();
  #workers: Promise<void>[] = [];
  #stopping = false;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#workers = Array.from({ length: this.#options.concurrency }, () => this.#work());
  }

  /** There may be work. */
  wake(): void {
    this.#bell.ring();
  }

  /** Ends after the rounds under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.ring();
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    const { name, logger, round, pollMs = POLL_MS } = this.#options;
    while (!this.#stopping) {
      const seen = this.#bell.rings;
      try {
        if (await round()) this.#bell.ring();
        else await this.#bell.wait(seen, pollMs);
      } catch (error) {
        logger.error({ loop: name, ...errorFields(error) }, 'a round failed; the loop goes on');
        if (!this.#stopping) await this.#bell.wait(this.#bell.rings, ERROR_PAUSE_MS);
      }
    }
  }
}
