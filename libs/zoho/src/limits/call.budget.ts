import type { Lane } from '#contracts';
import { errorFields, type Logger } from '#observability';
import { throttled, unavailable } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';
import type { CallAsk, CallEnd, CallGate, CallPass } from './call.gate.ts';
import { afterAnswer, afterRefusal, newConcurrency, withCap, type Concurrency } from './concurrency.policy.ts';
import { CreditLedger, type CreditState } from './credit.ledger.ts';
import type { CreditStore } from './credit.store.ts';
import { HEAVY_CONCURRENCY, UNKNOWN_LIMITS, type CallLimits } from './edition.limits.ts';
import { DEFAULT_SHARES, type LaneShares } from './lane.shares.ts';
import { PlaceQueue } from './place.queue.ts';
import { throttleCause, type ThrottleCause } from './throttle.cause.ts';

/** How long a call waits for a place; more than that is better spent on other work. Milliseconds. */
const PLACE_WAIT = 5000;
/** After a refusal for want of credits nothing goes out for this long, then one call tries. Milliseconds. */
const PROBE_AFTER = 300_000;
/** An answer without the header says for this long that less than half is used. Milliseconds. */
const HEADER_FRESH = 300_000;

/** What a budget did not let out, or what the CRM refused. */
export interface BudgetEvent {
  readonly kind: 'held' | 'throttled';
  readonly lane: Lane;
  readonly cause: ThrottleCause;
}

export interface CallBudgetOptions {
  readonly store: CreditStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly logger: Logger;
  readonly shares?: LaneShares;
  readonly placeWaitMs?: number;
  readonly onEvent?: (event: BudgetEvent) => void;
}

/** How a budget stands, for metrics and people. */
export interface BudgetState extends CreditState {
  readonly running: number;
  readonly limit: number;
  readonly cap: number;
  readonly heavyRunning: number;
  readonly heavyLimit: number;
}

/**
 * One connection's credits and places in one process. Credits are counted in the store before a call leaves, so that a crash
 * in the middle counts as well; places adapt to what the CRM refuses. It refuses by itself whatever would be refused there,
 * and it is what tells the two causes of HTTP 429 apart.
 */
export class CallBudget implements CallGate {
  readonly #options: CallBudgetOptions;
  readonly #ledger: CreditLedger;
  readonly #places: PlaceQueue;
  #all: Concurrency = newConcurrency(UNKNOWN_LIMITS.concurrency);
  #heavy: Concurrency = newConcurrency(HEAVY_CONCURRENCY);
  #closedUntil = 0;
  #probing = false;
  #belowHalfAt = Number.NEGATIVE_INFINITY;

  constructor(options: CallBudgetOptions) {
    this.#options = options;
    this.#ledger = new CreditLedger(options.store, options.shares ?? DEFAULT_SHARES);
    this.#places = new PlaceQueue(
      () => ({ all: this.#all.limit, heavy: this.#heavy.limit }),
      options.placeWaitMs ?? PLACE_WAIT,
    );
  }

  /** Takes over what the organisation may do. */
  setLimits({ credits, concurrency }: CallLimits): void {
    this.#ledger.credits = credits;
    this.#all =
      this.#all.cutAt === 0 && this.#all.good === 0 ? newConcurrency(concurrency) : withCap(this.#all, concurrency);
  }

  state(): BudgetState {
    const { limit, cap } = this.#all;
    const { running, heavy: heavyRunning } = this.#places;
    return { ...this.#ledger.state(this.#now()), running, limit, cap, heavyRunning, heavyLimit: this.#heavy.limit };
  }

  /** Whether a call of one credit could go out in this lane now: what a claim of work asks first. */
  isOpen(lane: Lane): boolean {
    const now = this.#now();
    return now >= this.#closedUntil && this.#ledger.ask(lane, { price: 1, now }).kind === 'ok';
  }

  async enter(ask: CallAsk): Promise<CallPass | Failure> {
    const { lane, price, heavy } = ask;
    try {
      await this.#ledger.refresh(this.#now());
    } catch (error) {
      return this.#noLedger(error);
    }
    const refused = this.#refusal(ask);
    if (refused !== null) return this.#held(ask, refused);
    const isProbe = this.#closedUntil > 0;
    this.#probing = isProbe;
    this.#ledger.count(lane, { credits: price, now: this.#now() });
    const busy = this.#places.running + 1 >= this.#all.limit;
    const heavyBusy = heavy && this.#places.heavy + 1 >= this.#heavy.limit;
    if (!(await this.#places.enter({ lane, heavy }))) {
      this.#ledger.count(lane, { credits: -price, now: this.#now() });
      if (isProbe) this.#probing = false;
      return this.#held(ask, throttled('NO_PLACE', { cause: 'place' }));
    }
    const now = this.#now();
    try {
      if (price > 0) await this.#ledger.store(lane, { credits: price, now });
    } catch (error) {
      this.#places.leave({ lane, heavy });
      if (isProbe) this.#probing = false;
      return this.#noLedger(error);
    }
    return this.#pass(ask, { startedAt: now, inFlight: this.#places.running, busy, heavyBusy, isProbe });
  }

  /** Why a call may not go out now. */
  #refusal({ lane, price }: CallAsk): Failure | null {
    const now = this.#now();
    if (now < this.#closedUntil || (this.#closedUntil > 0 && this.#probing)) {
      const until = Math.max(now, this.#closedUntil);
      return throttled('CREDITS_SPENT', { cause: 'credits', until });
    }
    // A probe is the one call that finds out whether our count is wrong.
    if (this.#closedUntil > 0) return null;
    const answer = this.#ledger.ask(lane, { price, now });
    if (answer.kind === 'ok') return null;
    const isLane = answer.kind === 'lane';
    const until = this.#ledger.freeAt(answer.lacking, { lane: isLane ? lane : null, now });
    return throttled(isLane ? 'LANE_SHARE_SPENT' : 'CREDITS_SPENT', { cause: 'credits', until });
  }

  #pass(ask: CallAsk, start: Start): CallPass {
    return {
      kind: 'pass',
      leave: async (end) => {
        this.#places.leave(ask);
        await this.#settle(ask, end);
        if (start.isProbe) this.#probing = false;
        if (end.status === 429) return this.#refusedByTheCrm(ask, start);
        if (end.status !== null) this.#answered(ask, { start, end });
        return null;
      },
    };
  }

  /** Takes back credits that were counted for nothing. What may have cost is left as it is. */
  async #settle({ lane, price }: CallAsk, { credits }: CallEnd): Promise<void> {
    if (credits >= price) return;
    const now = this.#now();
    const back = { credits: credits - price, now };
    this.#ledger.count(lane, back);
    await this.#ledger.store(lane, back).catch((error: unknown) => {
      this.#options.logger.warn(errorFields(error), 'credits that were not spent stay counted');
    });
  }

  #answered({ heavy }: CallAsk, { start, end }: { readonly start: Start; readonly end: CallEnd }): void {
    const now = this.#now();
    this.#all = afterAnswer(this.#all, start);
    if (heavy) this.#heavy = afterAnswer(this.#heavy, { busy: start.heavyBusy });
    if (end.creditsRemaining !== null) this.#ledger.remaining(end.creditsRemaining, now);
    else if (end.credits > 0 && end.status !== null && end.status < 300) {
      this.#belowHalfAt = now;
      this.#ledger.belowHalf(now);
    }
    if (start.isProbe) this.#closedUntil = 0;
  }

  #refusedByTheCrm(ask: CallAsk, start: Start): { cause: ThrottleCause; until: number | null } {
    const now = this.#now();
    const left = this.#ledger.left(now);
    const belowHalf = now - this.#belowHalfAt < HEADER_FRESH;
    const { credits } = this.#ledger;
    const cause = start.isProbe
      ? 'credits'
      : throttleCause({ credits, left, price: ask.price, inFlight: start.inFlight, belowHalf });
    this.#options.onEvent?.({ kind: 'throttled', lane: ask.lane, cause });
    if (cause === 'credits') return { cause, until: this.#close(ask.price, now) };
    // A heavy call among others met the lower limit, unless everything was full.
    const isHeavyLimit = ask.heavy && start.inFlight < this.#all.limit;
    if (isHeavyLimit) this.#heavy = afterRefusal(this.#heavy, { startedAt: start.startedAt, now });
    else this.#all = afterRefusal(this.#all, { startedAt: start.startedAt, now });
    return { cause, until: null };
  }

  /** Nothing goes out for a while: until our own window gives something back, or a probe is due. */
  #close(price: number, now: number): number {
    this.#ledger.spent(now);
    const free = this.#ledger.freeAt(price, { lane: null, now }) ?? now + PROBE_AFTER;
    this.#closedUntil = Math.min(now + PROBE_AFTER, Math.max(now + 1000, free));
    this.#options.logger.warn(
      { code: 'CRM_CREDITS_SPENT', until: new Date(this.#closedUntil).toISOString() },
      'the credits of the CRM are used up',
    );
    return this.#closedUntil;
  }

  #held(ask: CallAsk, failure: Failure): Failure {
    const cause = failure.kind === 'throttled' && failure.cause === 'credits' ? 'credits' : 'concurrency';
    this.#options.onEvent?.({ kind: 'held', lane: ask.lane, cause });
    return failure;
  }

  #noLedger(error: unknown): Failure {
    this.#options.logger.warn(errorFields(error), 'the credit ledger does not answer; the call is not made');
    return unavailable('CREDIT_LEDGER');
  }

  #now(): number {
    return this.#options.clock();
  }
}

interface Start {
  readonly startedAt: number;
  /** Calls that ran when this one went out, itself among them. */
  readonly inFlight: number;
  readonly busy: boolean;
  readonly heavyBusy: boolean;
  readonly isProbe: boolean;
}
