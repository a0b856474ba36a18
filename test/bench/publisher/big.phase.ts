import { BenchRun, type RunOptions } from './bench.run.ts';

export interface BigTransaction {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly peakRssMb: number;
}

/** One transaction of very many rows: it does not fit into memory, so what the publisher needs must not grow with it. */
export async function measureBigTransaction(
  options: RunOptions & {
    readonly rows: number;
    readonly payload: number;
    readonly onProgress: (what: string, done: number) => void;
  },
): Promise<BigTransaction> {
  const { source, rows, payload, onProgress } = options;
  await using run = await BenchRun.start(options);
  onProgress('writing one transaction', 0);
  await source.write({ rows, perTransaction: rows, payload });
  const started = performance.now();
  await run.untilStored(rows, (stored) => onProgress('one transaction', stored));
  const seconds = (performance.now() - started) / 1000;
  return { rows, rowsPerSecond: rows / seconds, peakRssMb: run.publisher.usage().peakRssMb };
}
