import type { JsonObject } from '#contracts';
import type { CallObservation } from '../call.observer.ts';
import { createReporter, createRunner } from '../call.runner.ts';
import type { Caller } from '../call.types.ts';
import type { Exchange, HttpRequest } from '../http/exchange.types.ts';
import { OPEN_GATE } from '../limits/call.gate.ts';
import { scriptedTransport } from './scripted.transport.ts';
import { silentLogger } from './silent.logger.ts';

export interface ScriptedCaller extends Caller {
  readonly requests: HttpRequest[];
  readonly observations: CallObservation[];
}

/** A caller over a scripted transport, with a token that is always good. */
export function scriptedCaller(script: readonly Exchange[], maxBytes = 1_000_000): ScriptedCaller {
  const transport = scriptedTransport(...script);
  const observations: CallObservation[] = [];
  const grant = { kind: 'grant', accessToken: 'token-1', apiDomain: 'https://api.example' } as const;
  const run = createRunner({
    transport,
    tokens: {
      current: () => Promise.resolve(grant),
      renew: () => Promise.resolve({ ...grant, accessToken: 'token-2' }),
    },
    gate: OPEN_GATE,
    lane: 'live',
    clock: () => 0,
    report: createReporter({ onCall: (observation) => observations.push(observation), logger: silentLogger }),
  });
  return { run, maxBytes, requests: transport.requests, observations };
}

/** Method and address of a request, its query in plain text. */
export function line(request: HttpRequest | undefined): string {
  return request === undefined ? '' : `${request.method} ${decodeURIComponent(request.path.replaceAll('+', ' '))}`;
}

/** A request's JSON body. */
export function bodyOf(request: HttpRequest | undefined): JsonObject {
  const { body } = request ?? {};
  return JSON.parse(typeof body === 'string' ? body : '{}') as JsonObject;
}
