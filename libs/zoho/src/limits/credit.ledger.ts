import type { Lane } from '#contracts';
import { addTo, type CreditStore } from './credit.store.ts';
import { exhaustedAt, freeAt, slotOf, usedByLane, type CreditSlot } from './credit.window.ts';
import { maySpend, type LaneShares, type SpendAnswer } from './lane.shares.ts';

/** The stored window is read again after this time: other replicas spend too. Milliseconds. */
const FRESH = 1000;

/** Credits of one connection at a moment. */
export interface CreditState {
  /** Credits of the day; null if not known. */
  readonly credits: number | null;
  readonly used: ReadonlyMap<Lane, number>;
  /** What others of the organisation used, as far as answers told. */
  readonly others: number;
  /** Null if not known. */
  readonly left: number | null;
  /** When they will be used up at the rate of the last hour, in epoch milliseconds; null: not within a day. */
  readonly exhaustedAt: number | null;
}

/**
 * A connection's rolling window of credits: a copy of the stored one with what this process spent since it was read. What
 * answers tell (`X-API-CREDITS-REMAINING`) corrects it, since people and other applications spend the same credits.
 */
export class CreditLedger {
  readonly #store: CreditStore;
  readonly #shares: LaneShares;
  #slots: readonly CreditSlot[] = [];
  #sinceRead: CreditSlot[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #credits: number | null = null;
  #others = 0;

  constructor(store: CreditStore, shares: LaneShares) {
    this.#store = store;
    this.#shares = shares;
  }

  set credits(credits: number | null) {
    this.#credits = credits;
  }

  get credits(): number | null {
    return this.#credits;
  }

  /** Reads the stored window unless it was read just now. @throws what the store throws */
  async refresh(now: number): Promise<void> {
    if (now - this.#readAt < FRESH && now >= this.#readAt) return;
    this.#reading ??= this.#read(now).finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  async #read(now: number): Promise<void> {
    this.#sinceRead = [];
    const stored = await this.#store.read(now);
    // What was spent while we read may be missing in it; counted twice for a second is better than not at all.
    this.#slots = this.#sinceRead.reduce((slots: readonly CreditSlot[], spent) => addTo(slots, spent), stored);
    this.#readAt = now;
  }

  ask(lane: Lane, { price, now }: { readonly price: number; readonly now: number }): SpendAnswer {
    const used = usedByLane(this.#slots, now);
    return maySpend({ lane, price, credits: this.#credits, used, others: this.#others, shares: this.#shares });
  }

  /** Counts credits here at once; `store` makes them known to others. */
  count(lane: Lane, { credits, now }: { readonly credits: number; readonly now: number }): void {
    const spent = { at: slotOf(now), lane, credits };
    this.#slots = addTo(this.#slots, spent);
    this.#sinceRead.push(spent);
  }

  store(lane: Lane, spend: { readonly credits: number; readonly now: number }): Promise<void> {
    return this.#store.spend({ lane, ...spend });
  }

  left(now: number): number | null {
    if (this.#credits === null) return null;
    return Math.max(0, this.#credits - this.#others - this.#total(now));
  }

  /** Takes over what an answer says is left for everybody. */
  remaining(remaining: number, now: number): void {
    const ours = this.#total(now);
    // More than the edition should have: the organisation bought credits.
    if (this.#credits === null || remaining + ours > this.#credits) this.#credits = remaining + ours;
    this.#others = this.#credits - remaining - ours;
  }

  /** An answer without the header: less than half of the credits are used. */
  belowHalf(now: number): void {
    if (this.#credits === null) return;
    this.#others = Math.max(0, Math.min(this.#others, Math.floor(this.#credits / 2) - this.#total(now)));
  }

  /** The CRM says that none are left: others have used what we thought there was. */
  spent(now: number): void {
    if (this.#credits !== null) this.#others = Math.max(0, this.#credits - this.#total(now));
  }

  /** When there may be credits for a lane again, as far as our own window tells. */
  freeAt(lacking: number, given: { readonly lane: Lane | null; readonly now: number }): number | null {
    const slots = given.lane === null ? this.#slots : this.#slots.filter(({ lane }) => lane === given.lane);
    return freeAt(slots, { credits: lacking, now: given.now });
  }

  state(now: number): CreditState {
    const given = { credits: this.#credits ?? 0, others: this.#others, now };
    return {
      credits: this.#credits,
      used: usedByLane(this.#slots, now),
      others: this.#others,
      left: this.left(now),
      exhaustedAt: this.#credits === null ? null : exhaustedAt(this.#slots, given),
    };
  }

  #total(now: number): number {
    return [...usedByLane(this.#slots, now).values()].reduce((sum, credits) => sum + credits, 0);
  }
}
