/** Slots for the calls of one connection: so many run at a time, the others wait in their order. */
export class CallSlots {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #watchers: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the work once there is a slot for it. Rejects with what the work throws. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      // The slot goes straight to the next one.
      if (next !== undefined) next();
      else this.#running -= 1;
      this.#tell();
    }
  }

  /** Resolves when there is a slot that nobody waits for. */
  async free(): Promise<void> {
    while (this.#running >= this.#most) await this.#change();
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #tell(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const resolve of watchers) resolve();
  }
}
