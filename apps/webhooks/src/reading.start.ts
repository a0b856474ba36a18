import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientRegistry } from '#connections';
import type { Mapping } from '#mapping';
import type { Shutdown } from '#observability';
import { listen } from '#postgres';
import { WorkLoop } from '#workers';
import { DIRTY_CHANNEL } from './dirty/dirty.store.ts';
import { processDeliveries } from './dirty/delivery.processor.ts';
import { HydratorService } from './hydrator/hydrator.service.ts';
import { DELIVERIES_CHANNEL } from './ingest/delivery.writer.ts';
import { SweepService } from './sweep/sweep.service.ts';
import type { WebhooksContext } from './webhooks.context.ts';

/** Batches that one process reads at the same time. */
const READERS = 4;
/** What changes within this time is read together. */
const LINGER_MS = 60;
/** Under load notifications are worked on this often, many at a time, so that those who wait for an answer have the processor. */
const GATHER_MS = 40;

export interface ReadingParts {
  readonly context: WebhooksContext;
  readonly config: {
    readonly integrationUrl: string;
    readonly leaseTime: number;
    readonly sweepInterval: number;
    readonly sweepOverlap: number;
    readonly sweepBudget: number;
  };
  readonly clients: ClientRegistry;
  readonly mappings: readonly Mapping[];
  readonly shutdown: Shutdown;
}

/**
 * Starts what fills the dirty set and what reads it: the processor of notifications, the sweep and the hydrator. Returns what to call when
 * notifications were stored.
 */
export async function startReading(parts: ReadingParts): Promise<() => void> {
  const { context, config, clients, mappings, shutdown } = parts;
  const { db, logger, metrics } = context;
  const { integrationUrl: url, leaseTime: leaseMs } = config;
  const owner = `webhooks-${randomUUID()}`;
  const hydrator = new HydratorService({
    db,
    clients,
    owner,
    leaseMs,
    lingerMs: LINGER_MS,
    mappings,
    logger,
    metrics,
  });
  const hydration = new WorkLoop({ name: 'hydrator', concurrency: READERS, logger, round: () => hydrator.round() });
  const onMarked = (): void => hydration.wake();
  const processing = new WorkLoop({
    name: 'deliveries',
    concurrency: 1,
    logger,
    round: gathering(() => processDeliveries({ db, logger, metrics, onMarked })),
  });
  const wakes = { [DELIVERIES_CHANNEL]: processing, [DIRTY_CHANNEL]: hydration };
  for (const [channel, loop] of Object.entries(wakes)) {
    const listener = await listen({ url, channel, logger, onNotify: () => loop.wake() });
    shutdown.add(`listener ${channel}`, () => listener.close());
    loop.start();
    shutdown.add(`loop ${channel}`, () => loop.stop());
  }
  const sweep = new SweepService({
    db,
    clients,
    mappings,
    intervalMs: config.sweepInterval,
    overlapMs: config.sweepOverlap,
    budget: config.sweepBudget,
    logger,
    metrics,
    onMarked,
  });
  sweep.start();
  shutdown.add('sweep', () => sweep.stop());
  return () => processing.wake();
}

/** Rounds that begin at least so long after the one before that had work; the first one after a rest begins at once. */
function gathering(round: () => Promise<boolean>): () => Promise<boolean> {
  let workedAt = -GATHER_MS;
  return async () => {
    const left = workedAt + GATHER_MS - performance.now();
    if (left > 0) await wait(left);
    const worked = await round();
    if (worked) workedAt = performance.now();
    return worked;
  };
}
