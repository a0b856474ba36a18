import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import type { IntegrationDatabase, ProductDatabase } from '#postgres';
import { listBackfills, moveBackfill, type Backfill } from './backfill.store.ts';
import { emitPage } from './product.pages.ts';

/** Rows of one transaction in the product's database. */
const PAGE = 500;
/** So many commands of the lane may wait before another page is written. */
const MOST_WAITING = 5000;
const LOOK_MS = 500;

export interface BackfillWork {
  readonly db: Kysely<IntegrationDatabase>;
  readonly product: Kysely<ProductDatabase>;
  readonly page?: number;
  readonly mostWaiting?: number;
  readonly onProgress?: (emitted: number, total: number) => void;
  /** Breaks off between two pages. */
  readonly signal?: AbortSignal;
}

/**
 * Writes what is left of a backfill into the product's outbox, page by page, no faster than the lane is worked off. Broken off or killed at any
 * moment it goes on where it was; a page between its commit and our note of it is written once more, under the same ids, and folded once.
 * @returns the backfill as it stands then; undefined: there is none of this id.
 */
export async function runBackfill(work: BackfillWork, id: string): Promise<Backfill | undefined> {
  const { db, product, page = PAGE, mostWaiting = MOST_WAITING, onProgress, signal } = work;
  for (;;) {
    const [backfill] = await listBackfills(db, id);
    if (backfill === undefined || backfill.state === 'done' || isOver(signal)) return backfill;
    while ((await waitingOf(db, backfill)) >= mostWaiting && !isOver(signal)) await wait(LOOK_MS);
    if (isOver(signal)) return backfill;
    const written = await emitPage(product, backfill, page);
    await moveBackfill(db, id, written ?? { place: null, emitted: 0 });
    onProgress?.(backfill.emitted + (written?.emitted ?? 0), backfill.total);
  }
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function waitingOf(db: QueryExecutorProvider, { pack }: Backfill): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ledger.commands
     where lane = 'backfill' and mapping = ${pack} and state in ('ready', 'in_flight', 'unknown')`.execute(db);
  return rows[0]?.count ?? 0;
}
