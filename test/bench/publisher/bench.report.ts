import { percentile } from '#observability';
import type { BigTransaction } from './big.phase.ts';
import type { Drained } from './drain.phase.ts';
import type { Steady } from './steady.phase.ts';

/** Medians over the runs of one backlog. */
export interface DrainFigures extends Drained {
  readonly ceilingRowsPerSecond: number;
  /** Median over the runs: each drain against the ceiling that was measured right before it. */
  readonly percentOfCeiling: number;
}

export interface DrainCase {
  readonly perTransaction: number;
  /** Debezium on the same rows, where that was asked for. */
  readonly debezium?: Drained;
  readonly figures: DrainFigures;
}

export interface Measured {
  readonly drains: readonly DrainCase[];
  readonly steady: Steady | undefined;
  readonly big: BigTransaction | undefined;
}

export function medians(runs: readonly { readonly drain: Drained; readonly ceiling: Drained }[]): DrainFigures {
  const median = (of: (run: (typeof runs)[number]) => number): number => percentile(runs.map(of), 0.5);
  return {
    rowsPerSecond: Math.round(median(({ drain }) => drain.rowsPerSecond)),
    ceilingRowsPerSecond: Math.round(median(({ ceiling }) => ceiling.rowsPerSecond)),
    percentOfCeiling: Math.round(median(({ drain, ceiling }) => (100 * drain.rowsPerSecond) / ceiling.rowsPerSecond)),
    peakRssMb: Math.round(Math.max(...runs.map(({ drain }) => drain.peakRssMb))),
    cpuSeconds: round(median(({ drain }) => drain.cpuSeconds)),
  };
}

/** The figures as one object under the names that others rely on: the first backlog, the highest memory of all phases. */
export function figuresOf({ drains, steady, big }: Measured): object {
  const [first] = drains;
  const peaks = [...drains.map(({ figures }) => figures.peakRssMb), ...(big === undefined ? [] : [big.peakRssMb])];
  return {
    rowsPerSecond: first?.figures.rowsPerSecond,
    ceilingRowsPerSecond: first?.figures.ceilingRowsPerSecond,
    percentOfCeiling: first?.figures.percentOfCeiling,
    peakRssMb: Math.round(Math.max(...peaks)),
    cpuSeconds: first?.figures.cpuSeconds,
    p50Ms: steady === undefined ? undefined : round(steady.p50Ms),
    p99Ms: steady === undefined ? undefined : round(steady.p99Ms),
    maxMs: steady === undefined ? undefined : round(steady.maxMs),
    steady,
    drains,
    bigTransaction: big && {
      ...big,
      rowsPerSecond: Math.round(big.rowsPerSecond),
      peakRssMb: Math.round(big.peakRssMb),
    },
  };
}

const WIDTHS = [34, 12, 12, 10, 12, 10];

function line(cells: readonly string[]): string {
  const [what = '', ...numbers] = cells;
  return `  ${what.padEnd(WIDTHS[0] ?? 0)}${numbers.map((cell, n) => cell.padStart(WIDTHS[n + 1] ?? 0)).join('')}\n`;
}

/** The table for people. */
export function tableOf({ drains, steady, big }: Measured): string {
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  let text = line(['drain of a backlog', 'rows/s', 'ceiling', 'of it', 'peak RSS', 'CPU s']);
  for (const { perTransaction, figures, debezium } of drains) {
    text += line([
      `transactions of ${perTransaction}`,
      number(figures.rowsPerSecond),
      number(figures.ceilingRowsPerSecond),
      `${figures.percentOfCeiling} %`,
      `${number(figures.peakRssMb)} MB`,
      figures.cpuSeconds.toFixed(2),
    ]);
    if (debezium === undefined) continue;
    const { rowsPerSecond, peakRssMb, cpuSeconds } = debezium;
    const cells = [number(rowsPerSecond), '', '', `${number(peakRssMb)} MB`, cpuSeconds.toFixed(2)];
    text += line(['  Debezium, at least once', ...cells]);
  }
  if (big !== undefined) {
    const { rows, rowsPerSecond, peakRssMb } = big;
    text += line([`one transaction of ${number(rows)}`, number(rowsPerSecond), '', '', `${number(peakRssMb)} MB`, '']);
  }
  if (steady === undefined) return text;
  const ms = (value: number): string => `${round(value)} ms`;
  text += line(['', 'p50', 'p99', 'max']);
  const what = `commit -> seen, ${number(steady.rowsPerSecond)} rows/s`;
  text += line([what, ms(steady.p50Ms), ms(steady.p99Ms), ms(steady.maxMs)]);
  if (steady.steps === undefined) return text;
  text += line(['steps of its transactions', 'p50', 'p99', 'max', 'count']);
  for (const { step, p50Ms, p99Ms, maxMs, count } of steady.steps)
    text += line([step, ms(p50Ms), ms(p99Ms), ms(maxMs), number(count)]);
  return text;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
