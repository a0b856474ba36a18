import type { Failure } from '../outcome.types.ts';
import type { Token } from './token.types.ts';

const MINUTE = 60_000;
/** Ten access tokens in ten minutes for one refresh token (reference 1.4). */
export const MINT_WINDOW = 10 * MINUTE;
export const MINTS_IN_WINDOW = 10;
/** Users report that a lock-out needs 15 to 30 quiet minutes, and that trying prolongs it (reference 1.3). */
const LOCKOUT_STEPS = [10 * MINUTE, 20 * MINUTE, 30 * MINUTE] as const;
const LOCKOUT_JITTER = 30_000;

/** What is known before the first token of a grant. */
export function noToken(grant: string): Token {
  return {
    grant,
    accessToken: null,
    apiDomain: null,
    issuedAt: 0,
    expiresAt: 0,
    mints: [],
    lockedUntil: 0,
    lockouts: 0,
  };
}

/**
 * How a token stands: `fresh`, `due` (still good, but time to fetch the next one) or `expired`. A call may take half a
 * minute, so a token counts as expired a minute early; `jitter` (0 to 1, drawn once a token and process) spreads the
 * replicas over the four minutes before that. Both shrink with the life of a short-lived token.
 */
export function tokenState(
  token: Token,
  at: { readonly now: number; readonly jitter: number },
): 'fresh' | 'due' | 'expired' {
  if (token.accessToken === null || token.apiDomain === null) return 'expired';
  const life = token.expiresAt - token.issuedAt;
  const margin = Math.min(MINUTE, life / 10);
  const spread = Math.min(4 * MINUTE, life / 5);
  const left = token.expiresAt - at.now;
  if (left <= margin) return 'expired';
  return left <= margin + spread * at.jitter ? 'due' : 'fresh';
}

/** When a token may be asked for again, in epoch milliseconds; null: now. Counts tries, not only successes. */
export function mintBlockedUntil(token: Token, now: number): number | null {
  if (token.lockedUntil > now) return token.lockedUntil;
  const recent = recentMints(token, now);
  const oldest = recent.at(-MINTS_IN_WINDOW);
  return oldest === undefined ? null : oldest + MINT_WINDOW;
}

/** The token with one more try remembered. */
export function withMint(token: Token, now: number): Token {
  return { ...token, mints: [...recentMints(token, now), now] };
}

/** The token after the endpoint answered "too many": each lock-out in a row waits longer. `jitter` is 0 to 1. */
export function withLockout(token: Token, at: { readonly now: number; readonly jitter: number }): Token {
  const step = LOCKOUT_STEPS[Math.min(token.lockouts, LOCKOUT_STEPS.length - 1)] ?? MINT_WINDOW;
  return {
    ...token,
    lockedUntil: at.now + step + Math.round(at.jitter * LOCKOUT_JITTER),
    lockouts: token.lockouts + 1,
  };
}

function recentMints(token: Token, now: number): number[] {
  return token.mints.filter((at) => at > now - MINT_WINDOW && at <= now).sort((a, b) => a - b);
}

/** How long a process leaves the endpoint alone after a failure, in milliseconds. */
export function quietAfter(failure: Failure, at: { readonly now: number; readonly counted: boolean }): number {
  if (failure.kind === 'throttled') return Math.min(30_000, Math.max(0, (failure.until ?? at.now) - at.now));
  if (failure.kind === 'rejected') return MINUTE;
  return at.counted ? 15_000 : 1_000;
}
