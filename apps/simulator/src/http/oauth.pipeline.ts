import type { Answer } from '../answers/answer.ts';
import { invalidMethod, invalidUrl } from '../answers/errors.ts';
import { authoriseCall } from '../oauth/authorise.call.ts';
import { revokeCall, tokenCall } from '../oauth/token.call.ts';
import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import { withFaults } from './fault.pipeline.ts';
import { statusOf, type Outcome } from './outcome.ts';
import { formParams, type RawRequest } from './raw.request.ts';

interface OAuthRoute {
  readonly kind: string;
  readonly method: string;
  readonly run: (org: Org, raw: RawRequest) => Answer;
}

/** Where each data centre's accounts server is, for those that look it up (reference 1.6). */
function serverInfo(org: Org): Answer {
  const centres = org.neighbours.size === 0 ? [[org.location, org] as const] : [...org.neighbours];
  const locations = Object.fromEntries(centres.map(([location, one]) => [location, one.accountsUrl]));
  return { status: 200, body: { result: 'success', locations } };
}

const ROUTES: Readonly<Record<string, OAuthRoute | undefined>> = {
  '/oauth/v2/token': { kind: 'oauth.token', method: 'POST', run: (org, raw) => tokenCall(org, formParams(raw)) },
  '/oauth/v2/token/revoke': {
    kind: 'oauth.revoke',
    method: 'POST',
    run: (org, raw) => revokeCall(org, formParams(raw)),
  },
  '/oauth/serverinfo': { kind: 'oauth.serverinfo', method: 'GET', run: (org) => serverInfo(org) },
  '/oauth/v2/auth': { kind: 'oauth.authorise', method: 'GET', run: (org, raw) => authoriseCall(org, raw.query) },
};

/** A call to the accounts server. It costs no credits and counts against no concurrency; faults may meet it. */
export async function handleOAuth(org: Org, raw: RawRequest): Promise<Outcome> {
  const started = performance.now();
  const route = Object.hasOwn(ROUTES, raw.path) ? ROUTES[raw.path] : undefined;
  const kind = route?.kind ?? 'unknown';
  const target = { kind, path: raw.path, method: raw.method, module: null };
  const { outcome, fault } = await withFaults(org, {
    raw,
    target,
    run: async () => {
      if (route === undefined) throw invalidUrl();
      if (route.method !== raw.method) throw invalidMethod();
      return Promise.resolve(org.durably(() => route.run(org, raw)));
    },
  });
  org.calls.add({
    at: formatTime(org.clock.now()),
    method: raw.method,
    path: raw.path,
    // Tokens and secrets may stand in the query; the log shows none of it.
    query: '',
    module: null,
    kind,
    status: statusOf(outcome),
    credits: 0,
    recordCount: 0,
    trigger: null,
    fault,
    durationMs: Math.round((performance.now() - started) * 10) / 10,
  });
  return outcome;
}
