import type { Answer } from '../answers/answer.ts';
import type { Org } from '../org/org.ts';
import { scopeList } from './scopes.ts';

/**
 * `GET /oauth/v2/auth`: the user consents at once and is sent back with a code, or refuses when `deny=true` is added, which the
 * real page has a button for (reference 1.1).
 */
export function authoriseCall(org: Org, query: URLSearchParams): Answer {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (query.get('client_id') !== org.settings.clientId) return { status: 400, body: { error: 'invalid_client' } };
  if (!/^https?:/.test(redirectUri) || !URL.canParse(redirectUri))
    return { status: 400, body: { error: 'invalid_redirect_uri' } };
  if (query.get('response_type') !== 'code') return { status: 400, body: { error: 'invalid_response_type' } };
  const scopes = scopeList(query.get('scope') ?? '');
  if (scopes.length === 0) return { status: 400, body: { error: 'invalid_scope' } };
  const target = new URL(redirectUri);
  const state = query.get('state');
  if (query.get('deny') === 'true') target.searchParams.set('error', 'access_denied');
  else {
    const offline = query.get('access_type') === 'offline';
    // Whoever consents lives in one data centre: the code is good there, wherever the way began (reference 1.1).
    const home = org.neighbours.get(org.settings.userHome) ?? org;
    const code = home.durably(() => home.oauth.addCode({ clientId: org.settings.clientId, redirectUri, scopes, offline }));
    target.searchParams.set('code', code);
    target.searchParams.set('location', home.location);
    target.searchParams.set('accounts-server', home.accountsUrl);
  }
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { location: target.href } };
}
