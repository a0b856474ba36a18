import type { Logger } from './logger.ts';
import { errorFields } from './logger.ts';

type Step = { readonly name: string; readonly stop: () => Promise<void> | void };

/** Stops the parts of a process in the reverse order of their start, on SIGINT or SIGTERM, within a time limit. */
export class Shutdown {
  readonly #steps: Step[] = [];
  readonly #options: { readonly logger: Logger; readonly timeoutMs: number };
  #running: Promise<void> | undefined;

  constructor(options: { readonly logger: Logger; readonly timeoutMs: number }) {
    this.#options = options;
  }

  /** Registers how a started part stops. */
  add(name: string, stop: Step['stop']): void {
    this.#steps.push({ name, stop });
  }

  /** Ends the process on a signal: exit 0 after a clean stop, 1 when a part failed to stop or time ran out. */
  onSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => this.#exit(signal));
  }

  /** Ends the process when its standard input closes, which the system does when its parent ends in whatever way. */
  onParentGone(): void {
    process.stdin.once('end', () => this.#exit('the parent is gone'));
    process.stdin.once('close', () => this.#exit('the parent is gone'));
    process.stdin.resume();
  }

  #exit(why: string): void {
    if (this.#running !== undefined) return;
    this.#options.logger.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), this.#options.timeoutMs).unref();
    void this.run().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }

  /** Stops everything once; later calls wait for the first. A part that fails does not keep the others from stopping. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { name, stop } of this.#steps.toReversed()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
        this.#options.logger.error({ part: name, ...errorFields(error) }, 'a part did not stop cleanly');
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything stopped cleanly');
  }
}
