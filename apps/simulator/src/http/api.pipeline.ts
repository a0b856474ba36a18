import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../answers/answer.ts';
import { invalidMethod, invalidUrl, tooManyRequests } from '../answers/errors.ts';
import { refusalAnswer } from '../answers/refusal.answer.ts';
import { ALL_CALLS } from '../api/all.calls.ts';
import type { ApiRequest, Call } from '../api/call.ts';
import { recordCount } from '../api/request.body.ts';
import { RouteTable } from '../api/route.table.ts';
import { authenticate, authorise } from '../oauth/authenticate.ts';
import { drawLatency } from '../org/latency.ts';
import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import { withFaults } from './fault.pipeline.ts';
import { statusOf, type Outcome } from './outcome.ts';
import { parseBody, type RawRequest } from './raw.request.ts';

const ROUTES = new RouteTable(ALL_CALLS);

/** What the call log learns while a call runs. */
interface Notes {
  credits: number;
  recordCount: number;
  trigger: unknown;
}

/** One call from its arrival to its outcome: route, faults, token, limits, latency, the call itself, the log. */
export async function handleApi(org: Org, raw: RawRequest): Promise<Outcome> {
  const started = performance.now();
  org.jobs.settle();
  const route = ROUTES.find(raw.method, raw.path);
  const call = route === undefined || route === 'method' ? undefined : route.call;
  const params = route === undefined || route === 'method' ? {} : route.params;
  const target = { kind: call?.kind ?? 'unknown', path: raw.path, method: raw.method, module: moduleOf(raw.path) };
  const notes: Notes = { credits: 0, recordCount: 0, trigger: null };
  const { outcome, fault } = await withFaults(org, {
    raw,
    target,
    run: async () => {
      if (route === undefined) throw invalidUrl();
      if (call === undefined) throw invalidMethod();
      return gated(org, { raw, call, params, notes });
    },
  });
  org.calls.add({
    at: formatTime(org.clock.now()),
    method: raw.method,
    path: raw.path,
    query: raw.query.toString(),
    module: target.module,
    kind: target.kind,
    status: statusOf(outcome),
    ...notes,
    fault,
    durationMs: Math.round((performance.now() - started) * 10) / 10,
  });
  return outcome;
}

interface Gated {
  readonly raw: RawRequest;
  readonly call: Call;
  readonly params: Readonly<Record<string, string>>;
  readonly notes: Notes;
}

async function gated(org: Org, { raw, call, params, notes }: Gated): Promise<Answer> {
  const authorisation = raw.headers['authorization'];
  const { access, user } = authenticate(org, Array.isArray(authorisation) ? authorisation[0] : authorisation);
  authorise(access, call.needs(params));
  const body = call.binary === true ? undefined : parseBody(raw.text);
  const request: ApiRequest = { ...raw, params, body, user };
  notes.recordCount = recordCount(body);
  notes.trigger = triggerOf(body);
  const leave = org.limits.enter(call.heavy?.(request) ?? false);
  if (leave === undefined) throw tooManyRequests();
  try {
    const credits = call.credits?.(request) ?? 1;
    if (!org.limits.spend(credits)) throw tooManyRequests();
    notes.credits = credits;
    const latency = drawLatency(org.settings.latencyMs, org.random);
    if (latency > 0) await sleep(latency);
    const answer = runCall(org, { call, request });
    const headers = { 'x-accesstoken-reset': formatTime(access.expiresAt), ...org.limits.remainingHeader() };
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } finally {
    leave();
  }
}

/** A call that refuses has cost its credits all the same, so its answer is made here. */
function runCall(org: Org, given: { readonly call: Call; readonly request: ApiRequest }): Answer {
  try {
    return org.durably(() => given.call.run(given.request, org));
  } catch (error) {
    return refusalAnswer(error);
  }
}

function triggerOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'trigger' in body ? body.trigger : null;
}

/** The module of a path such as `/crm/v8/Leads/upsert`; names of modules start with a capital letter. */
function moduleOf(path: string): string | null {
  const name = path.split('/')[3] ?? '';
  return /^[A-Z]/.test(name) ? name : null;
}
