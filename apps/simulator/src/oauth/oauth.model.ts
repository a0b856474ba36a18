/** Limits of the token endpoint (reference 1.4). */
export const OAUTH_LIMITS = {
  accessTokenLife: 3_600_000,
  codeLife: 60_000,
  window: 600_000,
  mintsInWindow: 10,
  liveAccessTokens: 15,
  refreshTokens: 20,
} as const;

export interface RefreshGrant {
  readonly token: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly userId: string;
  readonly live: AccessToken[];
  mints: number[];
  blockedUntil: number;
}

export interface AccessToken {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly userId: string;
  readonly expiresAt: number;
}

export interface GrantCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly offline: boolean;
  readonly expiresAt: number;
}

export type GrantState = Pick<RefreshGrant, 'token' | 'clientId' | 'scopes' | 'userId'>;

export type OAuthChange =
  | { readonly kind: 'grant.put'; readonly grant: GrantState }
  | { readonly kind: 'access.put'; readonly access: AccessToken; readonly grant: string | null }
  | { readonly kind: 'code.put'; readonly token: string; readonly code: GrantCode }
  /** A refresh token with its access tokens, an access token, or a code. */
  | { readonly kind: 'token.remove'; readonly token: string };

/** A grant from which no access token was minted yet. */
export function newGrant(state: GrantState): RefreshGrant {
  return { ...state, live: [], mints: [], blockedUntil: 0 };
}

/** The change that makes a refresh token hold. */
export function grantPut({ token, clientId, scopes, userId }: GrantState): OAuthChange {
  return { kind: 'grant.put', grant: { token, clientId, scopes, userId } };
}
