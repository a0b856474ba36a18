import type { Change, Origin } from '../records/change.ts';
import type { SimClock } from './sim.clock.ts';
import { formatTime } from './zoho.time.ts';

const KEPT = 50_000;

export interface WorkflowEntry {
  readonly n: number;
  readonly at: string;
  readonly module: string;
  readonly id: string;
  readonly operation: Change['operation'];
  readonly source: Origin['source'];
}

/** Writes that let workflows run: what an organisation's automations would have been started by. */
export class WorkflowLog {
  readonly #clock: SimClock;
  #entries: WorkflowEntry[] = [];
  #last = 0;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  add(change: Change, origin: Origin): void {
    const { module, id, operation } = change;
    this.#last += 1;
    this.#entries.push({
      n: this.#last,
      at: formatTime(this.#clock.now()),
      module,
      id,
      operation,
      source: origin.source,
    });
    if (this.#entries.length > KEPT * 2) this.#entries = this.#entries.slice(-KEPT);
  }

  all(): readonly WorkflowEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}
