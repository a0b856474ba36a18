import { errorFields, type Logger } from '#observability';
import { throttled, unavailable } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';
import type { IssuedToken, NotIssued } from './token.answer.ts';
import { mintBlockedUntil, noToken, quietAfter, tokenState, withLockout, withMint } from './token.policy.ts';
import type { Grant, Token, TokenSource, TokenStore, WithLock } from './token.types.ts';

export interface TokenSourceOptions {
  /** Fingerprint of the refresh token and its client. */
  readonly grant: string;
  /** API origins that a stored token may name. */
  readonly allowed: ReadonlySet<string>;
  readonly store: TokenStore;
  readonly withLock: WithLock;
  /** One refresh grant at the token endpoint. Never throws. */
  readonly mint: () => Promise<IssuedToken | NotIssued>;
  readonly clock: () => number;
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * One connection's access token. Across replicas one refresh at a time (`withLock`), and whoever waited takes what the
 * other fetched; within a process callers share one refresh. A token that is due but still good is used on when the
 * refresh fails.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  return new SharedTokenSource(options);
}

class SharedTokenSource implements TokenSource {
  readonly #options: TokenSourceOptions;
  #cached: Token;
  #jitter: number;
  #refusedToken: string | null = null;
  #refresh: Promise<Grant | Failure> | null = null;
  #failed: { readonly failure: Failure; readonly until: number } | null = null;

  constructor(options: TokenSourceOptions) {
    this.#options = options;
    this.#cached = noToken(options.grant);
    this.#jitter = options.random();
  }

  async current(): Promise<Grant | Failure> {
    if (this.#stateOf(this.#cached) === 'fresh') return grantOf(this.#cached);
    const renewed = await this.#refreshOnce();
    const isStillGood = this.#stateOf(this.#cached) !== 'expired';
    return renewed.kind !== 'grant' && isStillGood ? grantOf(this.#cached) : renewed;
  }

  renew(refusedToken: string): Promise<Grant | Failure> {
    // A call that was under way during a refresh reports the token before: what is cached by now is another one.
    if (this.#cached.accessToken === refusedToken) this.#refusedToken = refusedToken;
    return this.current();
  }

  #refreshOnce(): Promise<Grant | Failure> {
    const { clock } = this.#options;
    if (this.#failed !== null && this.#failed.until > clock()) return Promise.resolve(this.#failed.failure);
    this.#refresh ??= this.#refreshGuarded().finally(() => {
      this.#refresh = null;
    });
    return this.#refresh;
  }

  async #refreshGuarded(): Promise<Grant | Failure> {
    const { withLock, logger } = this.#options;
    try {
      return await withLock(() => this.#refreshLocked());
    } catch (error) {
      logger.warn(
        { event: 'token_store_failed', ...errorFields(error) },
        'the token store or its lock does not answer',
      );
      return unavailable('TOKEN_STORE');
    }
  }

  async #refreshLocked(): Promise<Grant | Failure> {
    const { store, mint, clock } = this.#options;
    const stored = this.#ours(await store.read());
    this.#adopt(stored);
    if (this.#stateOf(stored) === 'fresh') return grantOf(stored);
    const blocked = mintBlockedUntil(stored, clock());
    if (blocked !== null)
      return this.#fail(throttled('TEN_TOKENS_IN_TEN_MINUTES', { cause: 'tokens', until: blocked }));
    const tried = withMint(stored, clock());
    // Before the call: a crash in the middle must still count as a try.
    await store.write(tried);
    const issued = await mint();
    if (issued.kind === 'not_issued') return this.#notIssued(issued, { stored, tried });
    const token = { ...noToken(stored.grant), ...lifeOf(issued, clock()), mints: tried.mints };
    await store.write(token);
    this.#adopt(token);
    this.#failed = null;
    return grantOf(token);
  }

  async #notIssued(
    { failure, counted }: NotIssued,
    token: { readonly stored: Token; readonly tried: Token },
  ): Promise<Failure> {
    const { store, clock, random } = this.#options;
    if (failure.kind === 'throttled') {
      const locked = withLockout(token.tried, { now: clock(), jitter: random() });
      await store.write(locked);
      return this.#fail({ ...failure, until: locked.lockedUntil });
    }
    if (!counted) await store.write(token.stored);
    return this.#fail(failure, counted);
  }

  /** Remembers a failure for a while: else every single call would ask again. */
  #fail(failure: Failure, counted = true): Failure {
    const now = this.#options.clock();
    this.#failed = { failure, until: now + quietAfter(failure, { now, counted }) };
    return failure;
  }

  #ours(stored: Token | null): Token {
    const { grant, allowed } = this.#options;
    const isOurs = stored?.grant === grant && (stored.apiDomain === null || allowed.has(stored.apiDomain));
    return isOurs ? stored : noToken(grant);
  }

  #adopt(token: Token): void {
    // A store that was emptied takes no good token away from us.
    if (token.accessToken === null) return;
    if (token.accessToken !== this.#cached.accessToken) this.#jitter = this.#options.random();
    this.#cached = token;
  }

  #stateOf(token: Token): ReturnType<typeof tokenState> {
    if (token.accessToken !== null && token.accessToken === this.#refusedToken) return 'expired';
    return tokenState(token, { now: this.#options.clock(), jitter: this.#jitter });
  }
}

function lifeOf(issued: IssuedToken, now: number): Pick<Token, 'accessToken' | 'apiDomain' | 'issuedAt' | 'expiresAt'> {
  const { accessToken, apiDomain, life } = issued;
  return { accessToken, apiDomain, issuedAt: now, expiresAt: now + life };
}

function grantOf(token: Token): Grant {
  if (token.accessToken === null || token.apiDomain === null) throw new Error('a grant was taken from an empty token');
  return { kind: 'grant', accessToken: token.accessToken, apiDomain: token.apiDomain };
}
