import { errorFields, type Logger } from '#observability';
import { retryDelayMs } from '#postgres';
import { Stopped, pauseFor } from './abort.race.ts';
import type { SourceConfig } from './publisher.config.ts';
import type { PublisherMetrics } from './publisher.metrics.ts';
import { PublisherSession } from './publisher.session.ts';
import type { StateBoard } from './publisher.state.ts';
import { planRecovery, type Recovery } from './recovery.policy.ts';

export interface ServiceParts {
  readonly config: SourceConfig;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
  readonly board: StateBoard;
}

const RETRY_BASE_MS = 200;
const RETRY_MOST_MS = 15_000;
/** How often the checks are made again when a person must act; what they correct is found by itself. */
const STOPPED_RECHECK_MS = 10_000;

/** Runs session after session until it is stopped. No failure ends the process: readiness and the log say what is wrong. */
export class PublisherService {
  readonly #parts: ServiceParts;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #failures = 0;
  #reported: string | undefined;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Nest calls it when all is wired. */
  onApplicationBootstrap(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the batch under way, confirms what is stored and frees the slot. */
  async onApplicationShutdown(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#parts.board.enter('ended');
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await new PublisherSession({ ...this.#parts, signal, onStreaming: () => this.#onStreaming() }).run();
      } catch (error) {
        if (error instanceof Stopped || signal.aborted) return;
        await this.#recover(planRecovery(error)).catch(() => undefined);
      }
    }
  }

  #onStreaming(): void {
    this.#failures = 0;
    this.#reported = undefined;
  }

  async #recover({ action, error }: Recovery): Promise<void> {
    const { config, logger, metrics, board } = this.#parts;
    this.#failures += 1;
    metrics.failures.inc({ code: error.code });
    board.enter(stateAfter(action), error.message);
    const retry = { attempt: this.#failures, baseMs: RETRY_BASE_MS, mostMs: RETRY_MOST_MS, random: Math.random() };
    const waitMs = { retry: retryDelayMs(retry), standby: config.standbyInterval, stop: STOPPED_RECHECK_MS }[action];
    this.#report({ action, error }, { logger, waitMs });
    await pauseFor(this.#abort.signal, waitMs);
  }

  /** A failure that stays is said once as loud as it is, then only at level debug. */
  #report({ action, error }: Recovery, { logger, waitMs }: { logger: Logger; waitMs: number }): void {
    const fields = { ...errorFields(error), ...error.details, action, waitMs };
    const isNews = this.#reported !== error.code;
    this.#reported = error.code;
    if (!isNews) logger.debug(fields, 'still not publishing');
    else if (action === 'stop') logger.error(fields, 'publishing stopped: a person must act');
    else if (action === 'standby') logger.info(fields, 'standby');
    else logger.warn(fields, 'publishing interrupted; trying again');
  }
}

function stateAfter(action: Recovery['action']): 'waiting' | 'standby' | 'stopped' {
  if (action === 'retry') return 'waiting';
  return action === 'standby' ? 'standby' : 'stopped';
}
