import type { Kysely } from 'kysely';
import { lockParked, newestParked, putAudit, retryParked, type ParkedSelection } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Commands of one transaction: its locks last a fraction of a second. */
const BATCH = 200;

export interface Redrive {
  /** `limit`: so many at most; left out: all of them. */
  readonly selection: ParkedSelection;
  readonly operator: Operator;
  readonly batchSize?: number;
  /** Hears how many are ready again. */
  readonly onProgress?: (done: number) => void;
  /** Breaks off between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Makes parked commands ready again, however many, oldest first, batch by batch, with an audit row each. The order of each record stays, since
 * what waits behind a command goes on behind it. Broken off or killed at any moment it has done some of them wholly and left the others parked:
 * begun again with the same choice it goes on with those. What is parked only after it began is not taken: it would go round.
 * @returns how many it made ready.
 */
export async function redriveParked(db: Kysely<IntegrationDatabase>, redrive: Redrive): Promise<number> {
  const { selection, operator, batchSize = BATCH, onProgress, signal } = redrive;
  const upTo = await newestParked(db, selection);
  if (upTo === null) return 0;
  const most = selection.limit ?? Number.POSITIVE_INFINITY;
  let done = 0;
  for (let after = '0'; done < most;) {
    if (signal?.aborted === true) return done;
    const limit = Math.min(batchSize, most - done);
    const page = { selection, after, upTo, limit };
    const taken = await transaction(db, async (trx) => {
      const found = await lockParked(trx, page);
      const ids = found.map(({ id }) => id);
      await retryParked(trx, ids);
      await putAudit(
        trx,
        found.map(({ id, connectionId, recordKey, code }) => ({
          ...operator,
          verb: 'redrive',
          connectionId,
          recordKey,
          commandId: id,
          details: { code },
        })),
      );
      return found;
    });
    const last = taken.at(-1);
    if (last === undefined) return done;
    done += taken.length;
    after = last.id;
    onProgress?.(done);
  }
  return done;
}
