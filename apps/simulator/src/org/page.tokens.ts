import type { Random } from './random.ts';
import type { SimClock } from './sim.clock.ts';

const LIFE = 86_400_000;

export interface PageToken {
  readonly offset: number;
  /** The other parameters of the listing; the token holds for these alone. */
  readonly bound: string;
  readonly expiresAt: number;
}

export interface PageChange {
  readonly kind: 'page.put';
  readonly token: string;
  readonly page: PageToken;
}

interface PageTokensOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly emit: (change: PageChange) => void;
}

/** Page tokens: 24 hours, bound to the listing they came from (reference 2.5). */
export class PageTokens {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #emit: PageTokensOptions['emit'];
  readonly #tokens = new Map<string, PageToken>();

  constructor({ clock, random, emit }: PageTokensOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#emit = emit;
  }

  issue(given: Pick<PageToken, 'offset' | 'bound'>): { readonly token: string; readonly expiresAt: number } {
    const expiresAt = this.#clock.now() + LIFE;
    const token = this.#random.token().replaceAll('.', '');
    const change = { kind: 'page.put', token, page: { ...given, expiresAt } } as const;
    this.apply(change);
    this.#emit(change);
    return { token, expiresAt };
  }

  get(token: string): PageToken | undefined {
    return this.#tokens.get(token);
  }

  *state(): Generator<PageChange> {
    for (const [token, page] of this.#tokens) yield { kind: 'page.put', token, page };
  }

  apply({ token, page }: PageChange): void {
    this.#tokens.set(token, page);
    if (this.#tokens.size > 10_000) this.#forgetOldest();
  }

  clear(): void {
    this.#tokens.clear();
  }

  #forgetOldest(): void {
    for (const token of this.#tokens.keys()) {
      this.#tokens.delete(token);
      return;
    }
  }
}
