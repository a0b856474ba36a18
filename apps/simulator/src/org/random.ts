import { createHash } from 'node:crypto';

/** Seeded randomness (mulberry32), so that a run with the same seed and the same calls is the same run. */
export class Random {
  readonly #seed: number;
  #state: number;
  #names = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#state = seed;
  }

  /** How many tokens were given. */
  get names(): number {
    return this.#names;
  }

  /** Goes on after so many tokens. */
  restore(names: number): void {
    this.#names = Math.max(this.#names, names);
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.next() < probability);
  }

  /** A token that no earlier one of this seed equals, in the form of Zoho's. */
  token(): string {
    this.#names += 1;
    const digest = createHash('sha256').update(`${this.#seed}/${this.#names}`).digest('hex');
    return `1000.${digest.slice(0, 32)}.${digest.slice(32)}`;
  }
}
