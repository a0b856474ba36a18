import type { Lane } from '#contracts';
import type { Logger } from '#observability';
import { isTokenRefused } from './answer/answer.classify.ts';
import { sampleOf } from './answer/answer.sample.ts';
import { isUnreadable, outcomeClassOf } from './call.outcome.ts';
import { costOf, observationOf, type CallObserver, type Try } from './call.observer.ts';
import type { Call, RunCall } from './call.types.ts';
import { creditsOf, isHeavy } from './credits.ts';
import { contentOriginOf } from './data-centre.ts';
import type { Exchange, HttpRequest, Transport } from './http/exchange.types.ts';
import { retryAtOf } from './http/retry.after.ts';
import type { CallGate } from './limits/call.gate.ts';
import { countCredits } from './limits/credit.meter.ts';
import type { Failure } from './outcome.types.ts';
import type { Grant, TokenSource } from './token/token.types.ts';

export interface RunnerOptions {
  readonly transport: Transport;
  readonly tokens: TokenSource;
  /** Credits and places of the connection: nothing goes out past it. */
  readonly gate: CallGate;
  readonly lane: Lane;
  readonly clock: () => number;
  /**
   * A call that waited longer than this for its token and its place does not leave any more: whoever asked for it was held up, and
   * others may have done its work since. Milliseconds; without it a call waits as long as it takes.
   */
  readonly startWithinMs?: number;
  readonly report: Reporter;
}

const API = '/crm/v8';
const HELD_UP: Exchange = { kind: 'not_sent', reason: 'HELD_UP' };

/**
 * Puts token, transport, observer and classification together. The only repetition in this client is here: a refused
 * access token is replaced once and the call made once more (packs/README.md section 4).
 */
export function createRunner(options: RunnerOptions): RunCall {
  const { tokens, report } = options;
  return async (call, read) => {
    const askedAt = performance.now();
    const first = await tokens.current();
    if (first.kind !== 'grant') return read(first);
    let attempt = await attemptOf(options, { call, askedAt }, first);
    if (isHeld(attempt)) return read(attempt);
    if (isTokenRefused(attempt.exchange)) {
      report(attempt, { kind: 'token_refused' });
      const second = await tokens.renew(first.accessToken);
      if (second.kind !== 'grant') return read(second);
      attempt = await attemptOf(options, { call, askedAt }, second);
      if (isHeld(attempt)) return read(attempt);
    }
    const result = read(attempt.exchange);
    report(attempt, result);
    return result;
  };
}

/** One try of a call, or why there was none. */
async function attemptOf(
  options: RunnerOptions,
  { call, askedAt }: { readonly call: Call; readonly askedAt: number },
  grant: Grant,
): Promise<Try | Failure> {
  const { transport, gate, lane, clock, startWithinMs = Number.POSITIVE_INFINITY } = options;
  const { kind, method, records } = call;
  const pass = await gate.enter({ kind, lane, price: creditsOf(call), heavy: isHeavy(call) });
  if (pass.kind !== 'pass') return pass;
  const start = clock();
  const isLate = performance.now() - askedAt > startWithinMs;
  const exchange: Exchange = isLate ? HELD_UP : await transport.send(requestOf(call, grant));
  const answered = dated(exchange, clock());
  const ms = clock() - start;
  const status = answered.kind === 'answer' ? answered.status : null;
  const cost = costOf(call, answered);
  countCredits(cost.credits);
  const throttle = await pass.leave({ status, ...cost });
  const told = throttle === null || answered.kind !== 'answer' ? answered : { ...answered, throttle };
  const path = `${call.base ?? API}${call.shownPath ?? call.path}`;
  return { kind, lane, method, path, records, exchange: told, ms };
}

function isHeld(attempt: Try | Failure): attempt is Failure {
  return !('exchange' in attempt);
}

function requestOf(call: Call, grant: Grant): HttpRequest {
  const query = new URLSearchParams(
    Object.entries(call.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    ),
  ).toString();
  return {
    origin: call.host === 'content' ? contentOriginOf(grant.apiDomain) : grant.apiDomain,
    method: call.method,
    path: `${call.base ?? API}${call.path}${query === '' ? '' : `?${query}`}`,
    headers: {
      authorization: `Zoho-oauthtoken ${grant.accessToken}`,
      accept: call.accept ?? 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    body: call.bytes ?? (call.body === undefined ? null : JSON.stringify(call.body)),
  };
}

function dated(exchange: Exchange, now: number): Exchange {
  if (exchange.kind !== 'answer') return exchange;
  return { ...exchange, retryAt: retryAtOf(exchange.headers['retry-after'], now) };
}

/** Tells one try and its result to the observer and, if the answer made no sense, to the log. */
export type Reporter = (attempt: Try, result: unknown) => void;

export function createReporter(options: { readonly onCall: CallObserver; readonly logger: Logger }): Reporter {
  const { onCall, logger } = options;
  return (attempt, result) => {
    const observation = observationOf(attempt, outcomeClassOf(result));
    if (isUnreadable(result)) {
      const { kind, method, path, status } = observation;
      const sample = sampleOf(attempt.exchange);
      logger.error(
        { code: 'CRM_ANSWER_UNREADABLE', kind, method, path, status, sample },
        'unreadable answer of the CRM',
      );
    }
    try {
      onCall(observation);
    } catch (error) {
      // An observer's fault must not turn a write that happened into a failed one.
      logger.error({ err: error }, 'the call observer failed');
    }
  };
}
