import type { Random } from '../org/random.ts';
import type { SimClock } from '../org/sim.clock.ts';
import {
  grantPut,
  newGrant,
  OAUTH_LIMITS,
  type AccessToken,
  type GrantCode,
  type OAuthChange,
  type RefreshGrant,
} from './oauth.model.ts';

interface OAuthOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly emit: (change: OAuthChange) => void;
}

/** Grant codes, refresh tokens and access tokens of the accounts server. */
export class OAuthStore {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #emit: OAuthOptions['emit'];
  readonly #refresh = new Map<string, RefreshGrant>();
  readonly #access = new Map<string, AccessToken>();
  readonly #codes = new Map<string, GrantCode>();

  constructor({ clock, random, emit }: OAuthOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#emit = emit;
  }

  grant(token: string): RefreshGrant | undefined {
    return this.#refresh.get(token);
  }

  grants(): RefreshGrant[] {
    return [...this.#refresh.values()];
  }

  /** A refresh token that is valid from now on; the oldest goes when there are too many, with its access tokens. */
  addGrant(given: Pick<RefreshGrant, 'clientId' | 'scopes' | 'userId'> & { readonly token?: string }): RefreshGrant {
    const mine = this.grants().filter((grant) => grant.clientId === given.clientId && grant.userId === given.userId);
    const [oldest] = mine;
    if (oldest !== undefined && mine.length >= OAUTH_LIMITS.refreshTokens) this.revoke(oldest.token);
    const grant = newGrant({ ...given, token: given.token ?? this.#random.token() });
    this.#refresh.set(grant.token, grant);
    this.#emit(grantPut(grant));
    return grant;
  }

  /** Whether the throttle refuses one more access token. Once tripped it holds for the whole window. */
  throttled(grant: RefreshGrant): boolean {
    const now = this.#clock.now();
    if (now < grant.blockedUntil) return true;
    grant.mints = grant.mints.filter((at) => at > now - OAUTH_LIMITS.window && at <= now);
    if (grant.mints.length < OAUTH_LIMITS.mintsInWindow) return false;
    grant.blockedUntil = now + OAUTH_LIMITS.window;
    return true;
  }

  /** A new access token of a grant; the sixteenth live one ends the oldest. */
  mint(grant: RefreshGrant): AccessToken {
    const now = this.#clock.now();
    grant.mints.push(now);
    const expired = grant.live.filter((token) => token.expiresAt <= now);
    for (const old of expired) this.revoke(old.token);
    const made = this.#make({ scopes: grant.scopes, userId: grant.userId }, grant.token);
    const [oldest] = grant.live;
    if (oldest !== undefined && grant.live.length > OAUTH_LIMITS.liveAccessTokens) this.revoke(oldest.token);
    return made;
  }

  /** An access token that hangs on no refresh token. */
  online(given: Pick<AccessToken, 'scopes' | 'userId'>): AccessToken {
    return this.#make(given, null);
  }

  /** The access token while it is valid. */
  valid(token: string): AccessToken | undefined {
    const found = this.#access.get(token);
    return found !== undefined && found.expiresAt > this.#clock.now() ? found : undefined;
  }

  /** Ends a refresh token and all its access tokens, or a single access token. */
  revoke(token: string): boolean {
    const known = this.#refresh.has(token) || this.#access.has(token);
    if (known) this.#do({ kind: 'token.remove', token });
    return known;
  }

  addCode(code: Omit<GrantCode, 'expiresAt'>): string {
    const token = this.#random.token();
    const expiresAt = this.#clock.now() + OAUTH_LIMITS.codeLife;
    this.#do({ kind: 'code.put', token, code: { ...code, expiresAt } });
    return token;
  }

  /** The code, once. */
  takeCode(token: string): GrantCode | undefined {
    const code = this.#codes.get(token);
    if (code !== undefined) this.#do({ kind: 'token.remove', token });
    return code !== undefined && code.expiresAt > this.#clock.now() ? code : undefined;
  }

  /** When tokens were minted is not part of it: the throttle starts anew. */
  *state(): Generator<OAuthChange> {
    const grantOf = new Map<string, string>();
    for (const grant of this.#refresh.values()) {
      yield grantPut(grant);
      for (const { token } of grant.live) grantOf.set(token, grant.token);
    }
    for (const access of this.#access.values())
      yield { kind: 'access.put', access, grant: grantOf.get(access.token) ?? null };
    for (const [token, code] of this.#codes) yield { kind: 'code.put', token, code };
  }

  apply(change: OAuthChange): void {
    switch (change.kind) {
      case 'grant.put':
        this.#refresh.set(change.grant.token, newGrant(change.grant));
        break;
      case 'access.put':
        this.#access.set(change.access.token, change.access);
        if (change.grant !== null) this.#refresh.get(change.grant)?.live.push(change.access);
        break;
      case 'code.put':
        this.#codes.set(change.token, change.code);
        break;
      default:
        this.#remove(change.token);
    }
  }

  clear(): void {
    this.#refresh.clear();
    this.#access.clear();
    this.#codes.clear();
  }

  #make(given: Pick<AccessToken, 'scopes' | 'userId'>, grant: string | null): AccessToken {
    const expiresAt = this.#clock.now() + OAUTH_LIMITS.accessTokenLife;
    const access = { ...given, token: this.#random.token(), expiresAt };
    this.#do({ kind: 'access.put', access, grant });
    return access;
  }

  #remove(token: string): void {
    for (const access of this.#refresh.get(token)?.live ?? []) this.#access.delete(access.token);
    for (const { live } of this.#refresh.values()) {
      const at = live.findIndex((access) => access.token === token);
      if (at >= 0) live.splice(at, 1);
    }
    this.#refresh.delete(token);
    this.#access.delete(token);
    this.#codes.delete(token);
  }

  #do(change: OAuthChange): void {
    this.apply(change);
    this.#emit(change);
  }
}
