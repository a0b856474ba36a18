import type { Answer } from '../answers/answer.ts';
import type { Org } from '../org/org.ts';
import { OAUTH_LIMITS, type AccessToken, type RefreshGrant } from './oauth.model.ts';

export type TokenParams = Readonly<Record<string, string | undefined>>;

/** Most failures come with status 200 and the reason in the body (reference 1.3). */
const failure = (error: string): Answer => ({ status: 200, body: { error } });

/** `POST /oauth/v2/token` for the grants `refresh_token` and `authorization_code` (reference 1.2). */
export function tokenCall(org: Org, params: TokenParams): Answer {
  const client = clientFault(org, params);
  if (client !== undefined) return client;
  switch (params['grant_type']) {
    case 'refresh_token':
      return refresh(org, params);
    case 'authorization_code':
      return redeem(org, params);
    default:
      return failure('unsupported_grant_type');
  }
}

/** `POST /oauth/v2/token/revoke` (reference 1.5) */
export function revokeCall(org: Org, params: TokenParams): Answer {
  return org.oauth.revoke(params['token'] ?? '')
    ? { status: 200, body: { status: 'success' } }
    : failure('invalid_token');
}

function clientFault(org: Org, params: TokenParams): Answer | undefined {
  if (!org.settings.clientEnabled || params['client_id'] !== org.settings.clientId) return failure('invalid_client');
  return params['client_secret'] === org.settings.clientSecret ? undefined : failure('invalid_client_secret');
}

function refresh(org: Org, params: TokenParams): Answer {
  const grant = org.oauth.grant(params['refresh_token'] ?? '');
  if (grant === undefined || grant.clientId !== params['client_id']) return failure('invalid_code');
  if (org.oauth.throttled(grant)) return accessDenied(org);
  return answer(org, { access: org.oauth.mint(grant) });
}

function redeem(org: Org, params: TokenParams): Answer {
  const code = org.oauth.takeCode(params['code'] ?? '');
  if (code === undefined || code.clientId !== params['client_id']) return failure('invalid_code');
  if (code.redirectUri !== (params['redirect_uri'] ?? '')) return failure('invalid_redirect_uri');
  const owner = { scopes: code.scopes, userId: org.users.api.id };
  if (!code.offline) return answer(org, { access: org.oauth.online(owner) });
  const grant = org.oauth.addGrant({ ...owner, clientId: code.clientId });
  return answer(org, { access: org.oauth.mint(grant), grant });
}

function answer(org: Org, given: { readonly access: AccessToken; readonly grant?: RefreshGrant }): Answer {
  const { access, grant } = given;
  return {
    status: 200,
    body: {
      access_token: access.token,
      ...(grant === undefined ? {} : { refresh_token: grant.token }),
      scope: access.scopes.join(' '),
      api_domain: org.apiUrl,
      token_type: 'Bearer',
      expires_in: OAUTH_LIMITS.accessTokenLife / 1000,
    },
  };
}

function accessDenied(org: Org): Answer {
  return {
    status: org.settings.accessDeniedStatus,
    body: {
      error_description: 'You have made too many requests continuously. Please try again after some time.',
      error: 'Access Denied',
      status: 'failure',
    },
  };
}
