import { startStack, type Stack } from '#stack';
import { machine } from './machine.ts';
import { measureDebezium } from './publisher/against.phase.ts';
import { measureBigTransaction } from './publisher/big.phase.ts';
import { HELP, readOptions, type BenchOptions } from './publisher/bench.options.ts';
import { figuresOf, medians, tableOf, type DrainCase, type Measured } from './publisher/bench.report.ts';
import { LAYOUTS } from './publisher/bench.layout.ts';
import { BenchSource } from './publisher/bench.source.ts';
import type { RunOptions } from './publisher/bench.run.ts';
import { Cleanup } from './publisher/cleanup.ts';
import { measureCeiling, measureDrain, type Drained } from './publisher/drain.phase.ts';
import { ProgressBar } from './publisher/progress.bar.ts';
import { measureSteady } from './publisher/steady.phase.ts';

const bar = new ProgressBar();
const cleanup = new Cleanup();
const options = readOptions(process.argv.slice(2));
if (options === undefined) process.stdout.write(`${HELP}\n`);
else {
  const stack = await startStack({ progress: (message) => bar.show(message) });
  cleanup.add(() => stack.stop());
  cleanup.onSignals();
  try {
    const where = machine(stack.provider);
    const measured = await measure(stack, options);
    bar.clear();
    const { rows, payload, producer, runs, headers } = options;
    process.stdout.write(
      `publisher: ${rows} rows of ~${payload} bytes, headers: ${headers}, ${producer}, median of ${runs} (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})\n${tableOf(measured)}`,
    );
    if (options.json) process.stdout.write(`${JSON.stringify({ ...figuresOf(measured), options, machine: where })}\n`);
  } catch (error) {
    if (!cleanup.interrupted) throw error;
  } finally {
    bar.clear();
    await cleanup.run();
  }
}

async function measure(stack: Stack, asked: BenchOptions): Promise<Measured> {
  const source = await BenchSource.create(stack.postgresUrl, LAYOUTS[asked.headers]);
  cleanup.add(() => source[Symbol.asyncDispose]());
  const run = { brokers: stack.kafkaBrokers, source, producer: asked.producer, cleanup };
  const drains: DrainCase[] = [];
  for (const perTransaction of asked.perTransaction) {
    drains.push({ perTransaction, ...(await drainOf(run, { asked, perTransaction })) });
  }
  const { bigTransaction, payload, steadyRows, steadySeconds, trace } = asked;
  const steady =
    steadyRows === 0
      ? undefined
      : await measureSteady({
          ...run,
          payload,
          rowsPerSecond: steadyRows,
          seconds: steadySeconds,
          trace,
          onProgress: (done, total) => bar.show(`${steadyRows} rows a second`, done, total),
        });
  const big =
    bigTransaction === 0
      ? undefined
      : await measureBigTransaction({
          ...run,
          payload,
          rows: bigTransaction,
          onProgress: (what, done) => bar.show(what, done, bigTransaction),
        });
  return { drains, steady, big };
}

/** The ceiling and the drain by turns, on the same rows: what else the machine does hits both. */
async function drainOf(
  run: RunOptions,
  { asked, perTransaction }: { readonly asked: BenchOptions; readonly perTransaction: number },
): Promise<Omit<DrainCase, 'perTransaction'>> {
  const { rows, payload, runs } = asked;
  const what = `transactions of ${perTransaction}`;
  bar.show(`writing ${rows} rows in ${what}`);
  const template = await run.source.slot();
  await run.source.write({ rows, perTransaction, payload });
  const results: { drain: Drained; ceiling: Drained }[] = [];
  for (let n = 1; n <= runs; n += 1) {
    bar.show(`${what}, run ${n}: the ceiling`);
    const ceiling = await measureCeiling({ source: run.source, template, rows });
    const onProgress = (done: number): void => bar.show(`${what}, run ${n}: the drain`, done, rows);
    results.push({ ceiling, drain: await measureDrain({ ...run, template, rows, onProgress }) });
  }
  const onProgress = (done: number): void => bar.show(`${what}: Debezium`, done, rows);
  const peer =
    asked.against === undefined ? {} : { debezium: await measureDebezium({ ...run, template, rows, onProgress }) };
  await run.source.drop(template);
  return { figures: medians(results), ...peer };
}
