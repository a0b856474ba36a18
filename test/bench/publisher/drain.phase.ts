import { fileURLToPath } from 'node:url';
import { readAppended } from './append.times.ts';
import { BenchRun, type RunOptions } from './bench.run.ts';
import type { BenchSource } from './bench.source.ts';
import { WatchedProcess } from './watched.process.ts';

export interface Drained {
  readonly rowsPerSecond: number;
  readonly peakRssMb: number;
  /** From the first row on; starting the process is not counted. */
  readonly cpuSeconds: number;
}

export interface DrainOptions extends RunOptions {
  /** A slot that nobody reads, before the rows. */
  readonly template: string;
  readonly rows: number;
  readonly onProgress: (done: number) => void;
}

/** Lets a publisher take a backlog into Kafka. @throws Error when Kafka then does not hold each row once. */
export async function measureDrain(options: DrainOptions): Promise<Drained> {
  const { template, rows, onProgress } = options;
  await using run = await BenchRun.start(options, template);
  await run.untilStored(rows, onProgress);
  const used = run.publisher.usage();
  const startCpu = run.publisher.usedWhen('streaming')?.cpuSeconds ?? 0;
  const appended = await readAppended(run.reader);
  if (appended.rows !== rows || appended.distinct !== rows)
    throw new Error(`Kafka holds ${appended.rows} records, ${appended.distinct} different ones, instead of ${rows}`);
  return {
    rowsPerSecond: appended.rowsPerSecond,
    peakRssMb: used.peakRssMb,
    cpuSeconds: used.cpuSeconds - startCpu,
  };
}

/** The same stream, read with nothing behind it: what one walsender gives to one reader. */
export async function measureCeiling(options: {
  readonly source: BenchSource;
  readonly template: string;
  readonly rows: number;
}): Promise<Drained> {
  const { source, template, rows } = options;
  const slot = await source.copyOf(template);
  const program = fileURLToPath(new URL('ceiling.program.js', import.meta.url));
  const reader = new WatchedProcess({
    program,
    args: [source.url, slot, source.layout.publication, String(rows)],
    env: {},
  });
  try {
    const { seconds } = await reader.said('read', 10 * 60_000);
    const { cpuSeconds, peakRssMb } = reader.usedWhen('read') ?? reader.usage();
    const startCpu = reader.usedWhen('reading')?.cpuSeconds ?? 0;
    return { rowsPerSecond: rows / Number(seconds), peakRssMb, cpuSeconds: cpuSeconds - startCpu };
  } finally {
    await reader[Symbol.asyncDispose]();
    await source.drop(slot);
  }
}
