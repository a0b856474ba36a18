import { setTimeout as sleep } from 'node:timers/promises';
import type { IsolationLevel, Kysely, Transaction } from 'kysely';
import { isConflict, retryDelayMs } from './retry.policy.ts';

export interface TransactionOptions {
  readonly isolationLevel?: IsolationLevel;
  /** Most tries when other transactions get in the way (serialization failure, deadlock). */
  readonly attempts?: number;
}

/**
 * Runs `work` in a transaction and commits it. After a conflict the server has rolled everything back, so `work` runs again
 * from its start: what it does outside of the transaction must bear that. A lost connection is not tried again here: the
 * commit may have been done.
 */
export async function transaction<DB, T>(
  db: Kysely<DB>,
  work: (trx: Transaction<DB>) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { isolationLevel, attempts = 5 } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const builder = db.transaction();
      return await (isolationLevel === undefined ? builder : builder.setIsolationLevel(isolationLevel)).execute(work);
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error;
      await sleep(retryDelayMs({ attempt, baseMs: 10, mostMs: 500, random: Math.random() }));
    }
  }
}
