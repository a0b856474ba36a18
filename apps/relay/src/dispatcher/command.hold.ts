import type { QueryExecutorProvider } from 'kysely';
import { extendLease, type ClaimedCommand } from '#ledger';

/** While this share of the lease is not used up, what follows ends before it does: a lease is longer than a call may take. */
const SAFE_SHARE = 0.25;

export interface CommandHoldOptions {
  readonly db: QueryExecutorProvider;
  readonly owner: string;
  readonly leaseMs: number;
  /** When the claim was asked for, in milliseconds of `performance.now()`. */
  readonly since: number;
}

/**
 * The hold that a claim has on its commands. Groups of a claim go out one after another; a slow CRM must not make one go out
 * after somebody else took it over, since by then a later command of its record may have been sent.
 */
export class CommandHold {
  readonly #options: CommandHoldOptions;

  constructor(options: CommandHoldOptions) {
    this.#options = options;
  }

  /** Those of the commands that may still be sent, for long enough. */
  async stillHeld(commands: readonly ClaimedCommand[]): Promise<ClaimedCommand[]> {
    const { db, owner, leaseMs, since } = this.#options;
    if (commands.length === 0 || performance.now() - since < leaseMs * SAFE_SHARE) return [...commands];
    const held = await extendLease(db, commands, { owner, leaseMs });
    return commands.filter(({ id }) => held.has(id));
  }
}
