import { CausewayError } from '#contracts';
import { errorFields, type Logger } from '#observability';
import type { PublisherMetrics } from './publisher.metrics.ts';
import type { SourceSide } from './source.side.ts';

interface HeartbeatParts {
  readonly source: Pick<SourceSide, 'beat'>;
  /** 0: never. */
  readonly intervalMs: number;
  readonly metrics: Pick<PublisherMetrics, 'heartbeats'>;
  readonly logger: Logger;
}

/**
 * Writes a logical message into an otherwise idle database now and then. It comes back in the stream as a position that may be
 * stored and confirmed, so the server can forget the WAL that other databases of its cluster have written meanwhile. That it
 * cannot be written is told once and changes nothing else.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #lastAt = Date.now();
  #told = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  dueInMs(): number {
    const { intervalMs } = this.#parts;
    return intervalMs === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.#lastAt + intervalMs - Date.now());
  }

  async beatWhenDue(): Promise<void> {
    if (this.dueInMs() > 0) return;
    const { source, metrics, logger } = this.#parts;
    this.#lastAt = Date.now();
    try {
      metrics.heartbeats.inc({ result: (await source.beat()) === null ? 'skipped' : 'written' });
    } catch (cause) {
      metrics.heartbeats.inc({ result: 'failed' });
      if (this.#told) return;
      this.#told = true;
      const error = new CausewayError('HEARTBEAT_FAILED', { details: { reason: errorFields(cause).reason }, cause });
      logger.warn(errorFields(error), 'no heartbeat');
    }
  }
}
