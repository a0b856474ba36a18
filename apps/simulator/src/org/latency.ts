import type { Random } from './random.ts';

/** How long calls take: always the same, evenly between two bounds, or around a median with a tail (log-normal). */
export type Latency =
  number | { readonly minMs: number; readonly maxMs: number } | { readonly medianMs: number; readonly p99Ms: number };

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.326;

/** The milliseconds of one call, drawn with the simulator's seeded randomness. */
export function drawLatency(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency;
  if ('minMs' in latency) return latency.minMs + random.next() * (latency.maxMs - latency.minMs);
  const sigma = Math.log(Math.max(1, latency.p99Ms / latency.medianMs)) / Z99;
  return latency.medianMs * Math.exp(sigma * normal(random));
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
