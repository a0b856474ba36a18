import { createHash } from 'node:crypto';
import type { Reporter } from '../call.runner.ts';
import type { HttpRequest, Transport } from '../http/exchange.types.ts';
import { classifyTokenAnswer, type IssuedToken, type NotIssued } from './token.answer.ts';

/** Where and with what a connection asks for access tokens. */
export interface RefreshGrant {
  /** Origin of the accounts host. */
  readonly accountsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

export interface MintOptions {
  readonly grant: RefreshGrant;
  /** API origins that the answer may name. */
  readonly allowed: ReadonlySet<string>;
  readonly transport: Transport;
  readonly clock: () => number;
  readonly report: Reporter;
}

const PATH = '/oauth/v2/token';

/** Asks once for an access token by the refresh token, and reports the call. */
export async function mintToken(options: MintOptions): Promise<IssuedToken | NotIssued> {
  const { grant, allowed, transport, clock, report } = options;
  const start = clock();
  const exchange = await transport.send(requestOf(grant));
  const result = classifyTokenAnswer(exchange, allowed);
  const attempt = {
    kind: 'token',
    lane: null,
    method: 'POST',
    path: PATH,
    records: 0,
    exchange,
    ms: clock() - start,
  } as const;
  report(attempt, result.kind === 'issued' ? { kind: 'succeeded' } : result.failure);
  return result;
}

/** The refresh grant (reference 1.2), form-encoded in the body, so that no secret stands in a URL. */
function requestOf(grant: RefreshGrant): HttpRequest {
  return {
    origin: grant.accountsUrl,
    method: 'POST',
    path: PATH,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: grant.clientId,
      client_secret: grant.clientSecret,
      refresh_token: grant.refreshToken,
    }).toString(),
  };
}

/** Names a grant without giving it away. */
export function fingerprintOf({ accountsUrl, clientId, clientSecret, refreshToken }: RefreshGrant): string {
  const text = JSON.stringify([accountsUrl, clientId, clientSecret, refreshToken]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
