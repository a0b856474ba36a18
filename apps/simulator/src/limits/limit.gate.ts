import type { SimClock } from '../org/sim.clock.ts';
import { CreditLedger } from './credit.ledger.ts';
import { dailyCredits, EDITION_LIMITS, SUB_CONCURRENCY, type Edition } from './edition.ts';

export interface LimitSettings {
  readonly edition: Edition;
  /** User licences: they make the day's credits larger. */
  readonly users: number;
  /** The day's credits, in place of what edition and users give. */
  readonly credits?: number;
  /** Calls at once, in place of the edition's. */
  readonly concurrency?: number;
  readonly subConcurrency?: number;
}

/** Lets calls in, or not: how many run at once, and what the day's credits still allow. */
export class LimitGate {
  readonly #clock: SimClock;
  readonly ledger = new CreditLedger();
  settings: LimitSettings;
  #running = 0;
  #heavy = 0;

  constructor(clock: SimClock, settings: LimitSettings) {
    this.#clock = clock;
    this.settings = settings;
  }

  get running(): number {
    return this.#running;
  }

  allowance(): number {
    return this.settings.credits ?? dailyCredits(this.settings.edition, this.settings.users);
  }

  used(): number {
    return this.ledger.used(this.#clock.now());
  }

  /** A place for one call, or undefined when there are too many at once. Leave by calling what is returned, once. */
  enter(heavy: boolean): (() => void) | undefined {
    const most = this.settings.concurrency ?? EDITION_LIMITS[this.settings.edition].concurrency;
    const mostHeavy = this.settings.subConcurrency ?? SUB_CONCURRENCY;
    if (this.#running >= most || (heavy && this.#heavy >= mostHeavy)) return undefined;
    this.#running += 1;
    if (heavy) this.#heavy += 1;
    return () => {
      this.#running -= 1;
      if (heavy) this.#heavy -= 1;
    };
  }

  /** Takes the credits of a call; false when the day's are gone. */
  spend(credits: number): boolean {
    const now = this.#clock.now();
    if (this.ledger.used(now) + credits > this.allowance()) return false;
    this.ledger.spend(credits, now);
    return true;
  }

  /** What the one documented header says; it is sent from half of the day's credits on (reference 5.3). */
  remainingHeader(): Record<string, string> {
    const allowance = this.allowance();
    const used = this.used();
    return used * 2 < allowance ? {} : { 'x-api-credits-remaining': String(Math.max(0, allowance - used)) };
  }
}
