type Step = () => Promise<void>;

/** What a run has made on servers that may be others' as well, to be taken away at its end, however that comes. */
export class Cleanup {
  readonly #steps: Step[] = [];
  #running: Promise<void> | undefined;
  #interrupted = false;

  /** The answer does the step now, once; what is left at the end is done then, the newest first. */
  add(step: Step): Step {
    let done: Promise<void> | undefined;
    const once = (): Promise<void> => {
      const at = this.#steps.indexOf(once);
      if (at !== -1) this.#steps.splice(at, 1);
      return (done ??= step());
    };
    this.#steps.push(once);
    return once;
  }

  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  /** What the work says after this is that its servers are gone, and no news. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** On Ctrl-C nothing is waited for but this. */
  onSignals(): void {
    process.on('unhandledRejection', (error) => {
      if (!this.#interrupted) throw error;
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (this.#interrupted) return;
        this.#interrupted = true;
        process.stderr.write('\ntaking away what was made\n');
        void this.run().finally(() => process.exit(130));
      });
    }
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.at(-1); step !== undefined; step = this.#steps.at(-1)) {
      await step().catch((error: unknown) => process.stderr.write(`not taken away: ${String(error)}\n`));
    }
  }
}
