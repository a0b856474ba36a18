import type { Findings } from '../campaign.checker.ts';

/** An event of an edit, as the product is told: what a field held, and what it holds now. */
export interface ToldEdit {
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface ReturnPathView {
  /** By record: what people set, in order; the first is what it was made with. */
  readonly history: ReadonlyMap<string, readonly string[]>;
  /** In the order in which they were emitted, since the last look. */
  readonly told: readonly ToldEdit[];
  /** What the product holds. */
  readonly held: ReadonlyMap<string, string>;
}

const EXAMPLES = 10;

/**
 * Each event has to go on from the one before it, and to a value that somebody set, and the product has to hold what was set last. An edit may be
 * told together with the one before it: what is told is the latest state.
 */
export class ReturnPathChecker {
  readonly #last = new Map<string, string>();
  readonly #told = new Map<string, Set<string>>();

  check({ history, told, held }: ReturnPathView): Findings {
    const found = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };
    const examples: string[] = [];
    const count = (kind: keyof typeof found, what: string): void => {
      found[kind] += 1;
      if (examples.length < EXAMPLES) examples.push(`${kind}: ${what}`);
    };
    for (const { id, before, after } of told) {
      const [from, to, last] = [before ?? '', after ?? '', this.#last.get(id) ?? ''];
      const known = this.#told.get(id) ?? new Set();
      const step = `${from} -> ${to}`;
      if (history.get(id)?.includes(to) !== true) count('wrong', `${id}: nobody set ${to}`);
      else if (from === to || (from !== last && known.has(step)))
        count('doubled', `${id}: after "${last}" came ${step}`);
      else if (from !== last) count('misordered', `${id}: after "${last}" came ${step}`);
      this.#told.set(id, known.add(step));
      this.#last.set(id, to);
    }
    for (const [id, values] of history) {
      const wanted = values.at(-1) ?? '';
      if ((held.get(id) ?? '') !== wanted) count('lost', `${id} is "${held.get(id) ?? ''}", not "${wanted}"`);
    }
    return { ...found, examples };
  }
}
