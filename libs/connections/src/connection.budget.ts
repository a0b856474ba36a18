import { errorFields, type Logger } from '#observability';
import {
  CallBudget,
  editionLimits,
  type BudgetEvent,
  type CallAsk,
  type CallGate,
  type CallLimits,
  type CreditStore,
  type ZohoCalls,
} from '#zoho';

/** Limits are asked for again after this time, after a failure sooner. Milliseconds. */
const LEARN_AGAIN = 24 * 3_600_000;
const LEARN_AFTER_FAILURE = 3_600_000;

export interface ConnectionBudgetOptions {
  readonly store: CreditStore;
  readonly clock: () => number;
  readonly logger: Logger;
  /** What the connection's settings say, which beats what the CRM says. */
  readonly settings: Partial<CallLimits>;
  readonly onEvent: (event: BudgetEvent) => void;
}

/**
 * A connection's budget that finds out by itself what its organisation may do: from what another replica learned, else by
 * one call of `org`. Where the grant does not allow that call, the least is assumed, and credits are not counted down.
 */
export class ConnectionBudget implements CallGate {
  readonly budget: CallBudget;
  readonly #options: ConnectionBudgetOptions;
  #calls: Pick<ZohoCalls, 'org'> | null = null;
  #learnAt = 0;
  #learning: Promise<void> | null = null;

  constructor(options: ConnectionBudgetOptions) {
    this.#options = options;
    this.budget = new CallBudget(options);
    this.#apply({ credits: null, concurrency: 5 });
  }

  /** The calls to learn the limits with. */
  learnBy(calls: Pick<ZohoCalls, 'org'>): void {
    this.#calls = calls;
  }

  async enter(ask: CallAsk): ReturnType<CallGate['enter']> {
    if (ask.kind !== 'org' && this.#options.clock() >= this.#learnAt) {
      this.#learning ??= this.#learn().finally(() => {
        this.#learning = null;
      });
      // What is stored is there at once; the CRM itself is asked while the first calls go out.
      await this.#learning;
    }
    return this.budget.enter(ask);
  }

  async #learn(): Promise<void> {
    const { store, clock, logger } = this.#options;
    this.#learnAt = clock() + LEARN_AFTER_FAILURE;
    try {
      const known = await store.readLimits();
      if (known !== null) this.#apply(known);
      const isFresh = known !== null && clock() - known.learnedAt < LEARN_AGAIN;
      if (isFresh) this.#learnAt = known.learnedAt + LEARN_AGAIN;
      else void this.#ask();
    } catch (error) {
      logger.warn(errorFields(error), 'what is known of the limits of the CRM could not be read');
    }
  }

  async #ask(): Promise<void> {
    const { store, clock, logger } = this.#options;
    try {
      const result = await this.#calls?.org();
      if (result?.kind !== 'ok') {
        const reason = result?.reason ?? 'no client';
        logger.warn({ reason }, 'the limits of the CRM are not known; the least are assumed');
        return;
      }
      const limits = editionLimits(result.org);
      this.#apply(limits);
      await store.writeLimits({ ...limits, learnedAt: clock() });
      this.#learnAt = clock() + LEARN_AGAIN;
    } catch (error) {
      logger.warn(errorFields(error), 'the limits of the CRM could not be kept');
    }
  }

  #apply(known: CallLimits): void {
    const { credits = known.credits, concurrency = known.concurrency } = this.#options.settings;
    this.budget.setLimits({ credits, concurrency });
  }
}
