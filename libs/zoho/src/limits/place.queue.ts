import { LANES, type Lane } from '#contracts';

export interface PlaceAsk {
  readonly lane: Lane;
  readonly heavy: boolean;
}

interface Waiter extends PlaceAsk {
  readonly number: number;
  readonly admit: () => void;
}

/** How many calls, and how many heavy ones, may run now. */
export type PlaceLimits = () => { readonly all: number; readonly heavy: number };

/**
 * Places for calls that run at the same time. Who finds none waits, live traffic in front of the rest, for a limited time;
 * one place is never given to work that can wait.
 */
export class PlaceQueue {
  readonly #limits: PlaceLimits;
  readonly #waitMs: number;
  #waiting: Waiter[] = [];
  #running = 0;
  #heavy = 0;
  #last = 0;

  constructor(limits: PlaceLimits, waitMs: number) {
    this.#limits = limits;
    this.#waitMs = waitMs;
  }

  get running(): number {
    return this.#running;
  }

  get heavy(): number {
    return this.#heavy;
  }

  /** True once there is a place; false if there was none in time. */
  async enter(ask: PlaceAsk): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#fits(ask)) {
      this.#take(ask);
      return true;
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== waiter);
        resolve(false);
      }, this.#waitMs);
      const waiter: Waiter = {
        ...ask,
        number: (this.#last += 1),
        admit: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      this.#waiting = [...this.#waiting, waiter].sort((a, b) => rank(a) - rank(b) || a.number - b.number);
      this.#admit();
    });
  }

  leave({ heavy }: PlaceAsk): void {
    this.#running -= 1;
    if (heavy) this.#heavy -= 1;
    this.#admit();
  }

  /** Lets in whoever fits, in their order; one that does not fit does not hold up those behind it. */
  #admit(): void {
    for (const waiter of this.#waiting.slice()) {
      if (!this.#fits(waiter)) continue;
      this.#waiting = this.#waiting.filter((each) => each !== waiter);
      this.#take(waiter);
      waiter.admit();
    }
  }

  #fits({ lane, heavy }: PlaceAsk): boolean {
    const limits = this.#limits();
    const kept = isUrgent(lane) || limits.all < 2 ? 0 : 1;
    return this.#running < limits.all - kept && (!heavy || this.#heavy < limits.heavy);
  }

  #take({ heavy }: PlaceAsk): void {
    this.#running += 1;
    if (heavy) this.#heavy += 1;
  }
}

function isUrgent(lane: Lane): boolean {
  return lane === 'live' || lane === 'retry';
}

function rank({ lane }: PlaceAsk): number {
  return LANES.indexOf(lane);
}
