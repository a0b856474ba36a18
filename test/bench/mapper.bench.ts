import { percentile } from '#observability';
import { startStack } from '#stack';
import { machine } from './machine.ts';
import { HELP, readOptions } from './mapper/mapper.options.ts';
import { figuresOf, tableOf } from './mapper/mapper.report.ts';
import { measureRun, type MapperRun } from './mapper/mapper.run.ts';
import { Cleanup } from './publisher/cleanup.ts';
import { ProgressBar } from './publisher/progress.bar.ts';

const bar = new ProgressBar();
const cleanup = new Cleanup();
const options = readOptions(process.argv.slice(2));
if (options === undefined) process.stdout.write(`${HELP}\n`);
else {
  const stack = await startStack({ progress: (message) => bar.show(message) });
  cleanup.add(() => stack.stop());
  cleanup.onSignals();
  try {
    const { events, usersAtOnce, partitions, runs } = options;
    const measured: MapperRun[] = [];
    for (let n = 1; n <= runs; n += 1) {
      const onProgress = (what: string, done = 0): void => bar.show(`run ${n}: ${what}`, done, events);
      measured.push(await measureRun({ ...options, stack, cleanup, onProgress }));
    }
    bar.clear();
    const where = machine(stack.provider);
    const median = percentile(
      measured.map(({ eventsPerSecond }) => eventsPerSecond),
      0.5,
    );
    const run = measured.find(({ eventsPerSecond }) => eventsPerSecond === median) ?? measured[0];
    if (run === undefined) throw new Error('there was no run');
    process.stdout.write(
      `mapper: ${events} events of property-sites, ${usersAtOnce} users at once, ${partitions} partitions, median of ${runs} (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})\n${tableOf(run)}`,
    );
    if (options.json) process.stdout.write(`${JSON.stringify({ ...figuresOf(run), options, machine: where })}\n`);
  } catch (error) {
    if (!cleanup.interrupted) throw error;
  } finally {
    bar.clear();
    await cleanup.run();
  }
}
