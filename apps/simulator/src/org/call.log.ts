const KEPT = 100_000;

/** One call to the imitated API, as the control side shows it. */
export interface CallEntry {
  readonly n: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly module: string | null;
  readonly kind: string;
  readonly status: number;
  readonly credits: number;
  readonly recordCount: number;
  /** The `trigger` of a write; null when it had none. */
  readonly trigger: unknown;
  /** Id of the fault that met it. */
  readonly fault: number | null;
  readonly durationMs: number;
}

/** The calls in order of their end. */
export class CallLog {
  #entries: CallEntry[] = [];
  #last = 0;

  /** Number of the latest call. */
  get last(): number {
    return this.#last;
  }

  add(entry: Omit<CallEntry, 'n'>): void {
    this.#last += 1;
    this.#entries.push({ n: this.#last, ...entry });
    if (this.#entries.length > KEPT * 2) this.#entries = this.#entries.slice(-KEPT);
  }

  /** Calls with a number above `since`. */
  since(since: number): CallEntry[] {
    return this.#entries.filter((entry) => entry.n > since);
  }

  latest(count: number): CallEntry[] {
    return this.#entries.slice(-count).toReversed();
  }

  clear(): void {
    this.#entries = [];
  }
}
