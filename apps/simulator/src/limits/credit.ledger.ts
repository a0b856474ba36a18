const DAY = 86_400_000;
const SLICE = 60_000;

export interface CreditSlice {
  readonly at: number;
  readonly credits: number;
}

/** Credits spent in the last 24 hours, kept in slices of a minute. The window rolls from each call (reference 5.1). */
export class CreditLedger {
  #slices: { readonly at: number; credits: number }[] = [];
  #used = 0;
  #total = 0;

  /** Spent since the start, whatever the window. */
  get total(): number {
    return this.#total;
  }

  used(now: number): number {
    // A clock that was moved back must not keep slices of a future day.
    const kept = this.#slices.filter((slice) => slice.at > now - DAY && slice.at <= now);
    if (kept.length !== this.#slices.length) {
      this.#slices = kept;
      this.#used = kept.reduce((sum, slice) => sum + slice.credits, 0);
    }
    return this.#used;
  }

  spend(credits: number, now: number): void {
    const at = now - (now % SLICE);
    const last = this.#slices.at(-1);
    if (last?.at === at) last.credits += credits;
    else this.#slices.push({ at, credits });
    this.#used += credits;
    this.#total += credits;
  }

  /** What was spent when, for a snapshot. */
  slices(): readonly CreditSlice[] {
    return this.#slices;
  }

  restore(slices: readonly CreditSlice[]): void {
    this.clear();
    for (const { at, credits } of slices) this.spend(credits, at);
  }

  clear(): void {
    this.#slices = [];
    this.#used = 0;
    this.#total = 0;
  }
}
