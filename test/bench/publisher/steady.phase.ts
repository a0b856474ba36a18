import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { percentile } from '#observability';
import type { BenchLayout } from './bench.layout.ts';
import { BenchRun, type RunOptions } from './bench.run.ts';
import type { TopicReader } from './topic.reader.ts';

export interface Steady {
  readonly rows: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface SteadyOptions extends RunOptions {
  readonly rowsPerSecond: number;
  readonly seconds: number;
  readonly payload: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Enough that writing keeps its pace while some wait for the disk. */
const WRITERS = 16;
/** Rows before these figures count: connections are made and code is compiled meanwhile. */
const WARM_UP_SECONDS = 3;
const LONGEST_WAIT_MS = 250;
const STALLED_MS = 20_000;

/**
 * Rows at an even pace, each its own transaction. The clock of a row runs from the commit's answer to its writer until a
 * read_committed fetch that was waiting for it has brought it. All in one process, so it is one clock.
 */
export async function measureSteady(options: SteadyOptions): Promise<Steady> {
  const { source, payload, rowsPerSecond, seconds, onProgress } = options;
  await using run = await BenchRun.start(options);
  const total = rowsPerSecond * (seconds + WARM_UP_SECONDS);
  const committed = new Float64Array(total);
  const seen = new Float64Array(total);
  const watching = watch(run, { seen, onProgress });
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => source.connect()));
  try {
    await Promise.all([write(writers, { committed, rowsPerSecond, payload, layout: source.layout }), watching]);
  } finally {
    await Promise.all(writers.map((writer) => writer.end()));
  }
  const first = rowsPerSecond * WARM_UP_SECONDS;
  // The answer to the writer can come after the record itself.
  const waits = [...seen.subarray(first)].map((at, index) => Math.max(0, at - (committed[first + index] ?? 0)));
  return {
    rows: waits.length,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    maxMs: percentile(waits, 1),
  };
}

function insertOf({ table, columns, values }: BenchLayout): { name: string; text: string } {
  const payload = `jsonb_build_object('order', $1::integer, 'note', $2::text)`;
  return { name: 'insert', text: `insert into ${table} (${columns}) values (${values('$1::integer', payload)})` };
}

/** Row n is due at n / pace; whichever writer is free takes the next. */
async function write(
  writers: readonly Client[],
  options: { committed: Float64Array; rowsPerSecond: number; payload: number; layout: BenchLayout },
): Promise<void> {
  const { committed, rowsPerSecond, payload, layout } = options;
  const insert = insertOf(layout);
  const note = 'x'.repeat(Math.max(0, payload - 30));
  const started = performance.now();
  let next = 0;
  const work = async (writer: Client): Promise<void> => {
    while (next < committed.length) {
      const row = next;
      next += 1;
      const early = started + (row * 1000) / rowsPerSecond - performance.now();
      if (early > 0) await pause(early);
      await writer.query({ ...insert, values: [row, note] });
      committed[row] = performance.now();
    }
  };
  await Promise.all(writers.map(work));
}

async function watch(
  run: BenchRun,
  options: { seen: Float64Array; onProgress: (done: number, total: number) => void },
): Promise<void> {
  const { seen, onProgress } = options;
  const { reader } = run;
  const offsets = Array.from({ length: await reader.partitions() }, () => 0n);
  let rows = 0;
  let lastNews = Date.now();
  while (rows < seen.length) {
    const batches = await reader.fetch(offsets, LONGEST_WAIT_MS);
    const now = performance.now();
    for (const { records } of batches) {
      for (const { value } of records) {
        const row = orderOf(value);
        if (seen[row] !== 0) throw new Error(`row ${row} came a second time, or is none of ours`);
        seen[row] = now;
        rows += 1;
      }
    }
    if (batches.length > 0) {
      lastNews = Date.now();
      onProgress(rows, seen.length);
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

function orderOf(value: Buffer | null | undefined): number {
  return Number(/"order": ?(\d+)/.exec(value?.toString('latin1') ?? '')?.[1] ?? -1);
}
