import { errorBody, Refusal } from '../answers/answer.ts';
import type { Org } from '../org/org.ts';
import type { User } from '../org/user.store.ts';
import type { AccessToken } from './oauth.model.ts';
import { covers, type ScopeNeed } from './scopes.ts';

const HEADER = /^(?:Zoho-oauthtoken|Bearer) +(\S+)$/;

/** The token of an `Authorization` header in either accepted form; undefined for anything else. */
export function tokenOf(authorisation: string | undefined): string | undefined {
  return HEADER.exec(authorisation ?? '')?.[1];
}

/**
 * Who calls. All its errors are bare (reference 6).
 * @throws Refusal `AUTHENTICATION_FAILURE`, `INVALID_TOKEN`
 */
export function authenticate(
  org: Org,
  authorisation: string | undefined,
): { readonly access: AccessToken; readonly user: User } {
  const token = tokenOf(authorisation);
  if (token === undefined) throw new Refusal(401, errorBody('AUTHENTICATION_FAILURE', 'Authentication failed'));
  const access = org.oauth.valid(token);
  const user = access === undefined ? undefined : org.users.get(access.userId);
  if (access === undefined || user === undefined)
    throw new Refusal(401, errorBody('INVALID_TOKEN', 'invalid oauth token'));
  return { access, user };
}

/** @throws Refusal `OAUTH_SCOPE_MISMATCH` when the token's scopes do not cover the call */
export function authorise(access: AccessToken, needs: readonly ScopeNeed[]): void {
  if (covers(access.scopes, needs)) return;
  throw new Refusal(401, errorBody('OAUTH_SCOPE_MISMATCH', 'invalid oauth scope to access this URL'));
}
