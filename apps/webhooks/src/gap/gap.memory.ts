import type { QueryExecutorProvider } from 'kysely';
import { errorFields, type Logger } from '#observability';
import { storeGap, type Gap } from './gap.store.ts';

/** A gap that was not added to for this long has ended and is stored. */
const QUIET_MS = 1000;
/** One that does not end is stored now and then, so that the sweep does not wait for its end. */
const LONGEST_MS = 30_000;
const ROUND_MS = 500;

export interface GapMemoryOptions {
  readonly db: QueryExecutorProvider;
  readonly logger: Logger;
  readonly onStored?: (gap: Gap) => void;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

/**
 * Gaps that this process knows of and Postgres does not yet: it is away, or they have not ended. A process that dies with them is
 * covered by its silence (receiver.beat.ts).
 */
export class GapMemory {
  readonly #options: GapMemoryOptions;
  readonly #clock: () => number;
  readonly #gaps = new Map<string, Gap>();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: GapMemoryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** A notification was lost just now. */
  note(lost: Pick<Gap, 'connectionId' | 'module' | 'reason'>): void {
    const key = JSON.stringify([lost.connectionId, lost.module, lost.reason]);
    const now = new Date(this.#clock());
    this.#gaps.set(key, { ...lost, since: this.#gaps.get(key)?.since ?? now, until: now });
    this.#timer ??= setInterval(() => void this.flush(), ROUND_MS).unref();
  }

  /** Gaps that are not stored yet. */
  get size(): number {
    return this.#gaps.size;
  }

  /** Stores what has ended, or everything; what Postgres does not take stays. */
  flush({ all = false } = {}): Promise<void> {
    this.#storing = this.#storing.then(() => this.#flush(all));
    return this.#storing;
  }

  async #flush(all: boolean): Promise<void> {
    const now = this.#clock();
    for (const [key, gap] of this.#gaps) {
      const ended = now - gap.until.getTime() >= QUIET_MS || now - gap.since.getTime() >= LONGEST_MS;
      if (!all && !ended) continue;
      try {
        await storeGap(this.#options.db, gap);
      } catch (error) {
        this.#options.logger.debug(errorFields(error), 'a gap cannot be stored yet');
        return;
      }
      this.#forget(key, gap);
      const { connectionId: connection, module, since, until, reason } = gap;
      const about = { connection, module, since, until, gap: reason };
      this.#options.logger.warn({ code: 'NOTIFICATIONS_MISSED', ...about }, 'notifications were lost; a sweep is due');
      this.#options.onStored?.(gap);
    }
  }

  /** Unless it went on while it was stored: then the rest is a gap of its own. */
  #forget(key: string, stored: Gap): void {
    const now = this.#gaps.get(key);
    if (now !== undefined && now.until > stored.until) this.#gaps.set(key, { ...now, since: stored.until });
    else this.#gaps.delete(key);
    if (this.#gaps.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Stores what it can and forgets the rest. */
  async stop(): Promise<void> {
    await this.flush({ all: true });
    clearInterval(this.#timer);
  }
}
