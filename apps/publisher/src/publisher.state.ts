import type { Health, Logger } from '#observability';
import type { PublisherMetrics } from './publisher.metrics.ts';

/**
 * `starting`: checks. `standby`: another publisher reads the slot. `taking over`: the slot is ours, older producers are fenced, the
 * position is read. `streaming`: rows flow. `waiting`: something failed that passes by itself. `stopped`: a person must act.
 */
export const PUBLISHER_STATES = [
  'starting',
  'standby',
  'taking over',
  'streaming',
  'waiting',
  'stopped',
  'ended',
] as const;
export type PublisherState = (typeof PUBLISHER_STATES)[number];

interface BoardParts {
  readonly source: string;
  readonly health: Health;
  readonly metrics: PublisherMetrics;
  readonly logger: Logger;
}

/** Tells health, metrics and log where a source stands. Only one that streams or stands by is ready. */
export class StateBoard {
  readonly #parts: BoardParts;
  #state: PublisherState | undefined;
  #reason: string | undefined;

  constructor(parts: BoardParts) {
    this.#parts = parts;
  }

  get state(): PublisherState | undefined {
    return this.#state;
  }

  enter(state: PublisherState, reason?: string): void {
    if (state === this.#state && reason === this.#reason) return;
    this.#state = state;
    this.#reason = reason;
    const { source, health, metrics, logger } = this.#parts;
    for (const known of PUBLISHER_STATES) metrics.state.set({ state: known }, known === state ? 1 : 0);
    const ready = state === 'streaming' || state === 'standby';
    health.set(source, ready ? { ready } : { ready, reason: reason === undefined ? state : `${state}: ${reason}` });
    logger.debug({ state, reason }, 'state');
  }
}
