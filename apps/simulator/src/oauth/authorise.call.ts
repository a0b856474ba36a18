import type { Answer } from '../answers/answer.ts';
import type { Org } from '../org/org.ts';
import { escaped, frame } from '../page/html.ts';
import { scopeList } from './scopes.ts';

/** What the user sees: who asks for what, and two ways on. */
function consentPage(query: URLSearchParams, scopes: readonly string[]): Answer {
  const way = (deny: boolean): string => {
    const params = new URLSearchParams(query);
    params.set('deny', String(deny));
    return escaped(`?${params.toString()}`);
  };
  const asked = scopes.map((scope) => `<li>${escaped(scope)}</li>`).join('');
  const text = `<h1>${escaped(query.get('client_id'))} asks for access</h1><ul>${asked}</ul>
<p><a id="accept" href="${way(false)}">Accept</a> <a id="reject" href="${way(true)}">Reject</a></p>`;
  return { status: 200, body: frame(text), headers: { 'content-type': 'text/html;charset=UTF-8' } };
}

/**
 * `GET /oauth/v2/auth`: the user consents at once and is sent back with a code, or refuses when `deny=true` is added; with the
 * switch `consent` at `page` there is a page with both ways (reference 1.1).
 */
export function authoriseCall(org: Org, query: URLSearchParams): Answer {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (query.get('client_id') !== org.settings.clientId) return { status: 400, body: { error: 'invalid_client' } };
  if (!/^https?:/.test(redirectUri) || !URL.canParse(redirectUri))
    return { status: 400, body: { error: 'invalid_redirect_uri' } };
  if (query.get('response_type') !== 'code') return { status: 400, body: { error: 'invalid_response_type' } };
  const scopes = scopeList(query.get('scope') ?? '');
  if (scopes.length === 0) return { status: 400, body: { error: 'invalid_scope' } };
  if (org.settings.consent === 'page' && !query.has('deny')) return consentPage(query, scopes);
  const target = new URL(redirectUri);
  const state = query.get('state');
  if (query.get('deny') === 'true') target.searchParams.set('error', 'access_denied');
  else {
    const offline = query.get('access_type') === 'offline';
    // Whoever consents lives in one data centre: the code is good there, wherever the way began (reference 1.1).
    const home = org.neighbours.get(org.settings.userHome) ?? org;
    const code = home.durably(() =>
      home.oauth.addCode({ clientId: org.settings.clientId, redirectUri, scopes, offline }),
    );
    target.searchParams.set('code', code);
    target.searchParams.set('location', home.location);
    target.searchParams.set('accounts-server', home.accountsUrl);
  }
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { location: target.href } };
}
