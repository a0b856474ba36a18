import type { Fields, StoredRecord } from './record.model.ts';

/** Beyond so many changes the oldest count as indexed, however young they are. */
const MOST = 100_000;

interface Step {
  readonly at: number;
  /** What the index had until then; undefined for a record that was not there. */
  readonly before: Fields | undefined;
}

/** What a search index that lags behind still knows: the state of each record before its latest changes. */
export class IndexLag {
  readonly #steps = new Map<string, Step[]>();
  #count = 0;

  /** Notes a change, made at that time of the simulator's clock. */
  note(id: string, step: Step): void {
    const known = this.#steps.get(id);
    if (known === undefined) this.#steps.set(id, [step]);
    else known.push(step);
    this.#count += 1;
    if (this.#count > MOST) this.#forgetOldest();
  }

  /** The record as it was indexed at that time, undefined when it was not yet; what is older is forgotten on the way. */
  fieldsAt(record: StoredRecord, time: number): Fields | undefined {
    const steps = this.#steps.get(record.id);
    if (steps === undefined) return record.fields;
    while (steps[0] !== undefined && steps[0].at <= time) {
      steps.shift();
      this.#count -= 1;
    }
    const [first] = steps;
    if (first !== undefined) return first.before;
    this.#steps.delete(record.id);
    return record.fields;
  }

  clear(): void {
    this.#steps.clear();
    this.#count = 0;
  }

  #forgetOldest(): void {
    for (const [id, steps] of this.#steps) {
      this.#steps.delete(id);
      this.#count -= steps.length;
      if (this.#count <= MOST / 2) return;
    }
  }
}
