import { Agent, request } from 'undici';
import type { Random } from '../org/random.ts';
import type { SimClock } from '../org/sim.clock.ts';
import type { Fields } from '../records/record.model.ts';

/** What happens to callbacks on their way; chances from 0 to 1, times in real milliseconds. */
interface DeliverySettings {
  readonly loss: number;
  readonly delayMs: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Callbacks are kept until this is false again: they go out then, in order. */
  readonly withheld: boolean;
}

const PLAIN_DELIVERY: DeliverySettings = { loss: 0, delayMs: 0, duplicate: 0, reorder: 0, withheld: false };

/** How long a callback that is to be overtaken waits for one to overtake it. */
const HOLD_MS = 300;
const TIMEOUT_MS = 10_000;

interface Callback {
  readonly url: string;
  readonly body: Fields;
}

/** Sends callbacks after the write, each at most once, and never tells whether one arrived (reference 7.2). */
export class Notifier {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #agent = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS });
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: { readonly callback: Callback; readonly timer: NodeJS.Timeout } | undefined;
  #sending = 0;
  #counts = { sent: 0, failed: 0, lost: 0 };
  #settings = PLAIN_DELIVERY;
  #withheld: Callback[] = [];

  constructor(clock: SimClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get settings(): DeliverySettings {
    return this.#settings;
  }

  set settings(settings: DeliverySettings) {
    this.#settings = settings;
    if (settings.withheld) return;
    for (const callback of this.#withheld.splice(0)) this.#schedule(callback);
  }

  /** Callbacks on their way, and what became of the others. */
  summary(): { readonly pending: number; readonly sent: number; readonly failed: number; readonly lost: number } {
    return { pending: this.#timers.size + this.#sending + this.#withheld.length, ...this.#counts };
  }

  /** Tells the end of a job, once and whole; the knobs are for notifications. */
  tell({ url, body }: Callback): void {
    void this.#post(url, body);
  }

  notify(callback: Callback): void {
    if (this.#random.chance(this.settings.loss)) {
      this.#counts.lost += 1;
      return;
    }
    const copies = this.#random.chance(this.settings.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.settings.withheld)
        this.#withheld.push({ ...callback, body: { server_time: this.#clock.now(), ...callback.body } });
      else this.#schedule(callback);
    }
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#held = undefined;
    this.#withheld = [];
    this.#counts = { sent: 0, failed: 0, lost: 0 };
    this.settings = PLAIN_DELIVERY;
  }

  async close(): Promise<void> {
    this.clear();
    await this.#agent.destroy();
  }

  #schedule(callback: Callback): void {
    if (this.#held === undefined && this.#random.chance(this.settings.reorder)) {
      const timer = this.#after(HOLD_MS + this.settings.delayMs, () => this.#release());
      this.#held = { callback, timer };
      return;
    }
    this.#after(this.settings.delayMs, () => {
      void this.#send(callback);
      this.#release();
    });
  }

  #release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    clearTimeout(held.timer);
    this.#timers.delete(held.timer);
    void this.#send(held.callback);
  }

  #after(milliseconds: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #send({ url, body }: Callback): Promise<void> {
    return this.#post(url, { server_time: this.#clock.now(), ...body });
  }

  async #post(url: string, body: Fields): Promise<void> {
    this.#sending += 1;
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await answer.body.dump();
      if (answer.statusCode < 300) this.#counts.sent += 1;
      else this.#counts.failed += 1;
    } catch {
      this.#counts.failed += 1;
    } finally {
      this.#sending -= 1;
    }
  }
}
