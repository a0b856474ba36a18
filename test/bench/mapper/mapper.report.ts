import type { MapperRun } from './mapper.run.ts';

/** The figures as one object, under the names that others rely on. */
export function figuresOf(run: MapperRun): object {
  return {
    ...run,
    eventsPerSecond: Math.round(run.eventsPerSecond),
    commandsPerEvent: round(run.commandsPerEvent),
    cpuSeconds: round(run.cpuSeconds),
    peakRssMb: Math.round(run.peakRssMb),
    stages: Object.fromEntries(Object.entries(run.stages).map(([stage, seconds]) => [stage, round(seconds)])),
  };
}

/** The table for people: the rate, then what share of the batches' time each step took. */
export function tableOf(run: MapperRun): string {
  const all = Object.values(run.stages).reduce((sum, seconds) => sum + seconds, 0);
  const line = (what: string, value: string): string => `  ${what.padEnd(34)}${value.padStart(12)}\n`;
  const shares = Object.entries(run.stages)
    .toSorted(([, a], [, b]) => b - a)
    .map(([stage, seconds]) => line(`  ${stage}`, `${((100 * seconds) / all).toFixed(1)} %`));
  return [
    line('events/s', Math.round(run.eventsPerSecond).toLocaleString('en')),
    line('commands an event', run.commandsPerEvent.toFixed(2)),
    line('batches', String(run.batches)),
    line('relay: CPU s', run.cpuSeconds.toFixed(2)),
    line('relay: peak RSS', `${Math.round(run.peakRssMb)} MB`),
    line('time of the batches, by step', ''),
    ...shares,
  ].join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
