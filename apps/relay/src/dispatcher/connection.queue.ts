import { errorFields, type Logger } from '#observability';
import { CallSlots } from './call.slots.ts';

/** After an error of a claim, such as a lost Postgres. Milliseconds. */
const ERROR_PAUSE = 1000;

/** What a claim came to: calls to make, nothing, or nothing before so many milliseconds have passed. */
export type Round =
  | { readonly kind: 'calls'; readonly calls: readonly (() => Promise<void>)[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'later'; readonly ms: number };

export interface ConnectionQueueOptions {
  readonly connectionId: string;
  /** Most calls at a time. */
  readonly slots: number;
  /** Looks for work and takes it. Called by one at a time, and only while a slot is free. */
  readonly claim: () => Promise<Round>;
  readonly logger: Logger;
}

/**
 * The work of one connection in this process: it claims while there is a slot for a call, and makes the calls of a claim side by
 * side. Each connection has a queue of its own, so a slow CRM holds up nobody but its own commands; and a claim that waits
 * for a slot finds more commands to put into one call.
 */
export class ConnectionQueue {
  readonly #options: ConnectionQueueOptions;
  readonly #slots: CallSlots;
  #asked = false;
  #stopping = false;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ConnectionQueueOptions) {
    this.#options = options;
    this.#slots = new CallSlots(options.slots);
  }

  /** There may be work. What comes while a claim is under way is not lost: the queue looks once more. */
  wake(): void {
    this.#asked = true;
    if (this.#stopping) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#asked && !this.#stopping) this.wake();
    });
  }

  /** Claims nothing more, and waits for the calls of what was claimed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeIn(null);
    await this.#working;
    await this.#slots.idle();
  }

  async #work(): Promise<void> {
    const { claim, connectionId, logger } = this.#options;
    while (this.#asked && !this.#stopping) {
      await this.#slots.free();
      if (this.#isStopping()) return;
      this.#asked = false;
      try {
        this.#take(await claim());
      } catch (error) {
        logger.error({ connection: connectionId, ...errorFields(error) }, 'a claim failed; the queue goes on');
        this.#wakeIn(ERROR_PAUSE);
      }
    }
  }

  #take(round: Round): void {
    if (round.kind === 'later') this.#wakeIn(round.ms);
    if (round.kind !== 'calls') return;
    this.#asked = true;
    // The call of a record lets its next command be claimed.
    for (const call of round.calls) void this.#slots.run(call).finally(() => this.wake());
  }

  #wakeIn(ms: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = ms === null || this.#stopping ? null : setTimeout(() => this.wake(), ms);
  }

  #isStopping(): boolean {
    return this.#stopping;
  }
}
