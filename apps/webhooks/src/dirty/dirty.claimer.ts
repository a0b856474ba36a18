import { setTimeout as wait } from 'node:timers/promises';
import type { QueryExecutorProvider } from 'kysely';
import { claimDirty, isDirty, type DirtyBatch } from './dirty.store.ts';

export interface DirtyClaimerOptions {
  readonly db: QueryExecutorProvider;
  readonly owner: string;
  readonly leaseMs: number;
  readonly limit: number;
  /** A connection is not read again within this time, unless a whole batch waits. Default 0. */
  readonly lingerMs?: number;
}

/** A batch with the name under which it is held; `lingered`: there will be something in a moment; `none`: there is nothing. */
export type DirtyLook = { readonly owner: string; readonly batch: DirtyBatch } | 'lingered' | 'none';

/**
 * Claims for all readers of a process, one after another: they are woken together, and four that look at once find what one finds, at
 * four times the price. Who waited for its turn while another one found nothing has the answer already.
 */
export class DirtyClaimer {
  readonly #options: DirtyClaimerOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #looks = 0;
  /** The last look that found nothing at all. */
  #empty = 0;

  constructor(options: DirtyClaimerOptions) {
    this.#options = options;
  }

  /** @throws what Postgres throws */
  next(): Promise<DirtyLook> {
    const asked = this.#looks;
    const look = this.#turn.then(() => (this.#empty > asked ? 'none' : this.#look()));
    this.#turn = look.catch(() => undefined);
    return look;
  }

  async #look(): Promise<DirtyLook> {
    const { db, leaseMs, limit, lingerMs = 0 } = this.#options;
    const look = (this.#looks += 1);
    // One name a claim: readers of one process are as foreign to each other as those of two.
    const owner = `${this.#options.owner}/${look}`;
    const batch = await claimDirty(db, { owner, leaseMs, limit, lingerMs });
    if (batch !== null) return { owner, batch };
    if (lingerMs > 0 && (await isDirty(db))) {
      await wait(lingerMs);
      return 'lingered';
    }
    this.#empty = look;
    return 'none';
  }
}
