import type { RecordDifference } from './record.difference.ts';
import type { Replayed } from './replay.fold.ts';

/** Counts by name, the names in the order in which they came. */
export type Counts = Readonly<Record<string, number>>;

/** How many steps came to what, and which commands they would make. */
export interface ReplayCounts {
  readonly applied: number;
  /** By reason. */
  readonly ignored: Counts;
  /** By code. */
  readonly setAside: Counts;
  /** By code and field. */
  readonly problems: Counts;
  /** By module and operation. */
  readonly commands: Counts;
  /** Records that differ, by module and kind. */
  readonly records: Counts;
  /** Records that differ in a field, by module and field. */
  readonly fields: Counts;
}

/** Adds up what a replay says. */
export class ReplayTally {
  #applied = 0;
  readonly #counts = {
    ignored: new Map<string, number>(),
    setAside: new Map<string, number>(),
    problems: new Map<string, number>(),
    commands: new Map<string, number>(),
    records: new Map<string, number>(),
    fields: new Map<string, number>(),
  };

  add({ result, commands }: Replayed): void {
    const { ignored, setAside, problems, commands: made } = this.#counts;
    if (result.verdict === 'applied') this.#applied += 1;
    else if (result.verdict === 'ignored') count(ignored, result.reason);
    else count(setAside, result.code);
    for (const { code, field } of result.problems) count(problems, `${code} ${field}`);
    for (const { command } of commands) count(made, `${command.module} ${command.operation}`);
  }

  /** A record that is no event of this product. */
  unusable(code: string): void {
    count(this.#counts.setAside, code);
  }

  differs({ module, kind, fields }: RecordDifference): void {
    count(this.#counts.records, `${module} ${kind}`);
    for (const { field } of fields) count(this.#counts.fields, `${module}.${field}`);
  }

  get counts(): ReplayCounts {
    const sums = Object.entries(this.#counts).map(([name, found]) => [name, Object.fromEntries(found)] as const);
    return { applied: this.#applied, ...(Object.fromEntries(sums) as unknown as Omit<ReplayCounts, 'applied'>) };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
