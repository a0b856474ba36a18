import { Agent } from 'undici';
import { ExchangeHandler } from './exchange.handler.ts';
import { DEFAULT_TIMEOUTS, type Exchange, type HttpRequest, type Timeouts, type Transport } from './exchange.types.ts';

/** Zoho's highest edition runs 25 calls at a time (reference 5.2); more sockets than that would only wait there. */
const CONNECTIONS = 25;

/** A transport over HTTP/1.1 with keep-alive; one pool of connections for each host. It repeats and redirects nothing. */
export function createUndiciTransport(options: { readonly timeouts?: Partial<Timeouts> } = {}): Transport {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
  });
  let closing: Promise<void> | null = null;
  return {
    send: (request) => exchange(agent, request, timeouts.call),
    close: () => (closing ??= agent.close()),
  };
}

function exchange(agent: Agent, request: HttpRequest, timeout: number): Promise<Exchange> {
  return new Promise((settle) => {
    agent.dispatch(
      {
        origin: request.origin,
        method: request.method,
        path: request.path,
        headers: { ...request.headers },
        body: request.body,
      },
      new ExchangeHandler(settle, timeout),
    );
  });
}
