import type { Kysely } from 'kysely';
import { stopRefused } from '#connections';
import type { Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Failure } from '#zoho';
import { markDirty } from '../dirty/dirty.store.ts';
import { faultPoint } from '../fault.points.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { readPage, type ListedChange, type SweepReader } from './sweep.pages.ts';
import { beginDeleted, beginRun, isBySecond, isKnown, sweptTo } from './sweep.policy.ts';
import { endRun, knownIds, restRun, seenOf, storeRun, storeSweptTo } from './sweep.store.ts';
import type { Sweep, SweepRun } from './sweep.types.ts';

/** A run whose budget is used up goes on after this, so that others have their turn. */
const TURN_MS = 1000;
/** After a call that failed. */
const FAILURE_PAUSE_MS = 30_000;
/** A reading that began this long after a change has seen it, as far as clocks differ by less. */
const CERTAIN_MS = 60_000;

export interface ModuleSweeperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly overlapMs: number;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
  /** Called after records were marked. */
  readonly onMarked: () => void;
  readonly failurePauseMs?: number;
}

interface Budget {
  readonly client: SweepReader;
  /** Calls before others have their turn. */
  readonly calls: number;
  readonly intervalMs: number;
  readonly goesOn: () => boolean;
}

/** Sweeps one module of one connection, a page a transaction: what changed is marked dirty, and the place in the list moves on. */
export class ModuleSweeper {
  readonly #options: ModuleSweeperOptions;

  constructor(options: ModuleSweeperOptions) {
    this.#options = options;
  }

  async sweep(sweep: Sweep, budget: Budget): Promise<void> {
    let run = sweep.run ?? beginRun(sweep, this.#options);
    for (let calls = 0; calls < budget.calls; calls += 1) {
      if (!budget.goesOn()) return;
      const page = await readPage(budget.client, sweep.module, run);
      if (page.kind !== 'page') return this.#rest(sweep, { run, failure: page });
      faultPoint('sweep page read');
      if (isBySecond(page.next?.next ?? null) && !isBySecond(run.next)) this.#tellCrowded(sweep, run);
      const counted = await this.#store(sweep, { run, changes: page.changes, next: page.next });
      if (page.next !== null) run = { ...counted, ...page.next };
      else if (run.phase === 'deleted') return this.#end(sweep, counted, budget.intervalMs);
      else run = await this.#turnToDeleted(sweep, counted);
    }
    await restRun(this.#options.db, sweep, { pauseMs: TURN_MS, failure: null });
  }

  /** Marks what is not known and remembers the place, in one transaction. */
  async #store(
    sweep: Sweep,
    given: { run: SweepRun; changes: readonly ListedChange[]; next: Pick<SweepRun, 'since' | 'next'> | null },
  ): Promise<SweepRun> {
    const { db, metrics, overlapMs } = this.#options;
    const { run, changes, next } = given;
    const { connectionId, module } = sweep;
    const stored = await transaction(db, async (trx) => {
      const ids = changes.map(({ id }) => id);
      const seen = await seenOf(trx, sweep, ids);
      const concern = run.phase === 'deleted' ? await knownIds(trx, sweep, ids) : new Set(ids);
      const certain = Math.min(CERTAIN_MS, overlapMs);
      const news = changes.filter(
        ({ id, changedAt }) => concern.has(id) && !isKnown({ changedAt, seen: seen.get(id) }, run.phase, certain),
      );
      await markDirty(
        trx,
        news.map(({ id }) => ({ connectionId, module, recordId: id, reason: 'sweep' })),
      );
      const counted = {
        ...run,
        high: highest(run.high, changes),
        listed: run.listed + changes.length,
        marked: run.marked + news.length,
        calls: run.calls + 1,
      };
      await storeRun(trx, sweep, next === null ? counted : { ...counted, ...next });
      return { counted, marked: news.length };
    });
    faultPoint('sweep page stored');
    const labels = { connection: connectionId, module };
    metrics.sweepListed.inc({ ...labels, found: 'marked' }, stored.marked);
    metrics.sweepListed.inc({ ...labels, found: 'known' }, changes.length - stored.marked);
    if (stored.marked > 0) this.#options.onMarked();
    return stored.counted;
  }

  /** An import, mostly: each page of the second costs a call. */
  #tellCrowded({ connectionId, module }: Sweep, { since }: SweepRun): void {
    const about = { connection: connectionId, module, second: since.toISOString(), code: 'SWEEP_SECOND_CROWDED' };
    this.#options.logger.error(about, 'more records changed in one second than a list shows; they are read by id');
    this.#options.metrics.sweepCrowded.inc({ connection: connectionId, module });
  }

  async #turnToDeleted(sweep: Sweep, run: SweepRun): Promise<SweepRun> {
    const { db } = this.#options;
    const second = beginDeleted(sweep, run, this.#options);
    await transaction(db, async (trx) => {
      await storeSweptTo(trx, sweep, sweptTo(run));
      await storeRun(trx, sweep, second);
    });
    return second;
  }

  async #end(sweep: Sweep, run: SweepRun, intervalMs: number): Promise<void> {
    const { db, logger, overlapMs } = this.#options;
    const deletedTo = run.high ?? new Date(run.since.getTime() + overlapMs);
    await transaction(db, (trx) => endRun(trx, sweep, { deletedTo, intervalMs }));
    faultPoint('sweep ended');
    const { kind, listed, marked, calls } = run;
    const about = { connection: sweep.connectionId, module: sweep.module, kind, listed, marked, calls };
    if (kind === 'snapshot' || marked > 0) logger.info(about, 'a module was swept');
    else logger.debug(about, 'a module was swept');
  }

  async #rest(sweep: Sweep, { run, failure }: { run: SweepRun; failure: Failure }): Promise<void> {
    const { db, logger, failurePauseMs = FAILURE_PAUSE_MS } = this.#options;
    const { connectionId, module } = sweep;
    const { code, reason } = failure;
    logger.warn({ connection: connectionId, module, code, reason }, 'a sweep was interrupted and goes on later');
    await stopRefused(connectionId, [failure], { db, logger });
    // A place in the list that the CRM does not take any more (a token lives a day): from its time on, it is listed anew.
    if (failure.kind === 'rejected' && run.next !== null) await storeRun(db, sweep, { ...run, next: null });
    await restRun(db, sweep, { pauseMs: failurePauseMs, failure: code });
  }
}

function highest(high: Date | null, changes: readonly ListedChange[]): Date | null {
  return changes.reduce<Date | null>((most, { changedAt }) => {
    if (changedAt === null) return most;
    return most === null || changedAt > most.getTime() ? new Date(changedAt) : most;
  }, high);
}
