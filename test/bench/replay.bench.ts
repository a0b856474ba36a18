import { startStack } from '#stack';
import { machine } from './machine.ts';
import { Cleanup } from './publisher/cleanup.ts';
import { ProgressBar } from './publisher/progress.bar.ts';
import { HELP, readOptions } from './replay/replay.options.ts';
import { measureReplay } from './replay/replay.run.ts';

const bar = new ProgressBar();
const cleanup = new Cleanup();
const options = readOptions(process.argv.slice(2));
if (options === undefined) process.stdout.write(`${HELP}\n`);
else {
  const stack = await startStack({ progress: (message) => bar.show(message) });
  cleanup.add(() => stack.stop());
  cleanup.onSignals();
  try {
    const { events, stored, partitions } = options;
    const onProgress = (what: string, done = 0, all = 0): void => bar.show(what, done, all);
    const figures = await measureReplay({ ...options, stack, cleanup, onProgress });
    bar.clear();
    const where = machine(stack.provider);
    const line = (what: string, value: string): string => `  ${what.padEnd(44)}${value.padStart(12)}\n`;
    process.stdout.write(
      `replay: dry-run of ${events} events of property-sites, ${partitions} partitions (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})\n${[
        line('events/s', Math.round(figures.eventsPerSecond).toLocaleString('en')),
        line('CPU s', figures.cpuSeconds.toFixed(2)),
        line('peak RSS', `${Math.round(figures.peakRssMb)} MB`),
        line('calls that the CRM has logged', String(figures.calls)),
        line('rows written', String(figures.rowsWritten)),
        line(`one customer, ${figures.customerEvents} of ${stored} events, s`, figures.oneCustomerSeconds.toFixed(2)),
      ].join('')}`,
    );
    if (figures.calls + figures.rowsWritten > 0) process.exitCode = 1;
    if (options.json) process.stdout.write(`${JSON.stringify({ ...figures, options, machine: where })}\n`);
  } catch (error) {
    if (!cleanup.interrupted) throw error;
  } finally {
    bar.clear();
    await cleanup.run();
  }
}
