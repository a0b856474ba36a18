import type { Exchange, HttpRequest, Transport } from '../http/exchange.types.ts';

/** A transport that answers from a script and remembers what it was asked. */
export interface ScriptedTransport extends Transport {
  readonly requests: HttpRequest[];
}

/** Answers the n-th request with the n-th exchange; the last one goes on for ever. */
export function scriptedTransport(...script: readonly Exchange[]): ScriptedTransport {
  const requests: HttpRequest[] = [];
  return {
    requests,
    send: (request) => {
      const exchange = script[Math.min(requests.length, script.length - 1)];
      requests.push(request);
      return Promise.resolve(exchange ?? { kind: 'not_sent', reason: 'NO_SCRIPT' });
    },
    close: () => Promise.resolve(),
  };
}
