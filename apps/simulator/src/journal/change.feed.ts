import type { StateChange } from './state.change.ts';

/** Takes the changes of one unit of work; what it throws, the unit's caller gets instead of an answer. */
type Sink = (unit: readonly StateChange[]) => void;

/** Gathers what the stores change, so that one unit of work is written as one. Without a sink nothing is kept. */
export class ChangeFeed {
  #sink: Sink | undefined;
  #unit: StateChange[] = [];

  /** For the stores to call; bound, so that it can be handed to them as it is. */
  readonly emit = (change: StateChange): void => {
    if (this.#sink !== undefined) this.#unit.push(change);
  };

  drainTo(sink: Sink): void {
    this.#sink = sink;
  }

  /** Hands the gathered changes over. They are kept when that fails, and go with the next unit. */
  commit(): void {
    if (this.#sink === undefined || this.#unit.length === 0) return;
    this.#sink(this.#unit);
    this.#unit = [];
  }
}
