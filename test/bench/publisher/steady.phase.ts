import { percentile } from '#observability';
import { BenchRun, type RunOptions } from './bench.run.ts';
import { writePaced } from './paced.writers.ts';
import { TraceFile } from './trace.file.ts';
import type { StepTimes } from './trace.steps.ts';
import type { TopicReader } from './topic.reader.ts';

export interface Steady {
  readonly rows: number;
  /** As it was written: less than was asked for where the server did not keep up. */
  readonly rowsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** What the publisher's transactions took, step by step, where that was asked for. */
  readonly steps?: readonly StepTimes[];
}

export interface SteadyOptions extends RunOptions {
  readonly rowsPerSecond: number;
  readonly seconds: number;
  readonly payload: number;
  readonly trace: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** Rows before these figures count: connections are made and code is compiled meanwhile. */
const WARM_UP_SECONDS = 3;
const LONGEST_WAIT_MS = 250;
const STALLED_MS = 20_000;

/**
 * Rows at an even pace, each its own transaction. The clock of a row runs from right before its commit, by the server's clock, until a
 * read_committed fetch that was waiting for it has brought it, by ours: both run on one machine.
 */
export async function measureSteady(options: SteadyOptions): Promise<Steady> {
  if (!options.trace) return measure(options);
  using trace = new TraceFile();
  const steady = await measure({ ...options, ...trace.preload });
  return { ...steady, steps: trace.read(options.seconds) };
}

async function measure(options: SteadyOptions): Promise<Steady> {
  const { source, payload, rowsPerSecond, seconds, onProgress } = options;
  await using run = await BenchRun.start(options);
  const rows = rowsPerSecond * (seconds + WARM_UP_SECONDS);
  const waits = new Float64Array(rows).fill(Number.NaN);
  const [written] = await Promise.all([
    writePaced(source, { rows, rowsPerSecond, payload }),
    watch(run, { waits, onProgress }),
  ]);
  const counted = [...waits.subarray(rowsPerSecond * WARM_UP_SECONDS)];
  return {
    rows: counted.length,
    rowsPerSecond: written,
    p50Ms: percentile(counted, 0.5),
    p99Ms: percentile(counted, 0.99),
    maxMs: percentile(counted, 1),
  };
}

/** What Postgres's clock says, on the same machine; `Date.now` is that only to a millisecond. */
function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

async function watch(
  run: BenchRun,
  options: { waits: Float64Array; onProgress: (done: number, total: number) => void },
): Promise<void> {
  const { waits, onProgress } = options;
  const { reader } = run;
  const offsets = Array.from({ length: await reader.partitions() }, () => 0n);
  let rows = 0;
  let lastNews = Date.now();
  while (rows < waits.length) {
    const batches = await reader.fetch(offsets, LONGEST_WAIT_MS);
    const now = wallClock();
    for (const { records } of batches) {
      for (const { value } of records) {
        const { row, at } = stampOf(value);
        if (!Number.isNaN(waits[row])) throw new Error(`row ${row} came a second time, or is none of ours`);
        waits[row] = now - at;
        rows += 1;
      }
    }
    if (batches.length > 0) {
      lastNews = Date.now();
      onProgress(rows, waits.length);
    } else if (Date.now() - lastNews > STALLED_MS) throw new Error(await stalled(run, { reader, offsets, rows }));
  }
}

/** Says on which side nothing moves any more. */
async function stalled(
  run: BenchRun,
  { reader, offsets, rows }: { reader: TopicReader; offsets: readonly bigint[]; rows: number },
): Promise<string> {
  const [stable, ends] = [await reader.ends({ stable: true }), await reader.ends({ stable: false })];
  const said = await run.stored();
  return `nothing came for ${STALLED_MS / 1000} s after ${rows} rows: the publisher has stored ${said}; offsets read ${offsets.join(' ')}, stable ${stable.join(' ')}, ends ${ends.join(' ')}`;
}

/** `jsonb` puts short names first: both stand at the head. */
function stampOf(value: Buffer | null | undefined): { readonly row: number; readonly at: number } {
  const [, row = -1, at = Number.NaN] =
    /^\{"n": ?(\d+), ?"at": ?([\d.]+)/.exec(value?.toString('latin1', 0, 80) ?? '') ?? [];
  return { row: Number(row), at: Number(at) };
}
