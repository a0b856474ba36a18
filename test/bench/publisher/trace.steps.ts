import { percentile } from '#observability';

/** One thing that happened in a traced publisher: a step that was done, or a request that was answered. */
export type TraceEvent =
  | { readonly at: number; readonly step: string }
  | { readonly at: number; readonly request: number; readonly ms: number }
  | { readonly at: number; readonly collected: number };

export interface StepTimes {
  readonly step: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Steps that lie beside the way of a batch. */
const ASIDE = new Set(['status sent', 'part stored', 'idle position stored', 'stopping']);
const FIRST = 'batch taken';
const LAST = 'confirmed';
/** By the keys of Kafka's protocol. */
const REQUESTS: Readonly<Record<number, string>> = {
  0: 'Produce',
  3: 'Metadata',
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  26: 'EndTxn',
};

/** How long each step of a batch took, the whole, the pause before it, requests by kind and the garbage collector. Pure. */
export function stepTimes(events: readonly TraceEvent[], from = Number.NEGATIVE_INFINITY): StepTimes[] {
  const taken = new Map<string, number[]>();
  const add = (what: string, ms: number): void => {
    const known = taken.get(what);
    if (known === undefined) taken.set(what, [ms]);
    else known.push(ms);
  };
  let [last, begun] = [Number.NaN, Number.NaN];
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    if (event.at < from) continue;
    if ('request' in event) add(`  request ${REQUESTS[event.request] ?? event.request}`, event.ms);
    else if ('collected' in event) add('  garbage collection', event.collected);
    else if (!ASIDE.has(event.step)) {
      if (!Number.isNaN(last)) add(event.step === FIRST ? 'between two batches' : `to: ${event.step}`, event.at - last);
      if (event.step === FIRST) begun = event.at;
      if (event.step === LAST && !Number.isNaN(begun)) add('one batch, from taken to confirmed', event.at - begun);
      last = event.at;
    }
  }
  return [...taken].map(([step, times]) => ({
    step,
    count: times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    maxMs: percentile(times, 1),
  }));
}
