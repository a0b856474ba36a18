export interface ClockChange {
  readonly kind: 'clock';
  /** Milliseconds ahead of the machine's clock. */
  readonly shift: number;
}

/** The simulator's clock: the machine's, shifted by what the control side asked for. It keeps running. */
export class SimClock {
  readonly #emit: (change: ClockChange) => void;
  #shift = 0;

  constructor(emit: (change: ClockChange) => void) {
    this.#emit = emit;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#shift;
  }

  set(now: number): void {
    this.#shift = now - Date.now();
    this.#emit(this.state());
  }

  advance(milliseconds: number): void {
    this.#shift += milliseconds;
    this.#emit(this.state());
  }

  clear(): void {
    this.#shift = 0;
  }

  state(): ClockChange {
    return { kind: 'clock', shift: this.#shift };
  }

  apply({ shift }: ClockChange): void {
    this.#shift = shift;
  }
}
