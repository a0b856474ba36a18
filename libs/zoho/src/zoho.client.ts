import type { Lane } from '#contracts';
import type { Logger } from '#observability';
import { DEFAULT_MAX_BYTES } from './batch.split.ts';
import type { CallObserver } from './call.observer.ts';
import { createReporter, createRunner, type Reporter } from './call.runner.ts';
import type { Caller } from './call.types.ts';
import { allowedApiOrigins, originOf } from './data-centre.ts';
import { DEFAULT_TIMEOUTS, type Timeouts, type Transport } from './http/exchange.types.ts';
import { createUndiciTransport } from './http/undici.transport.ts';
import { OPEN_GATE, type CallGate } from './limits/call.gate.ts';
import { fingerprintOf, mintToken } from './token/token.mint.ts';
import { createTokenSource } from './token/token.source.ts';
import type { TokenSource, TokenStore, WithLock } from './token/token.types.ts';
import { bindCalls, type ZohoCalls } from './zoho.calls.ts';

/** One connection's credentials, and the ports through which it shares its token. */
export interface ZohoClientOptions {
  /** `https://accounts.zoho.eu`: the accounts host of the connection's own data centre, or a simulator's. */
  readonly accountsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** API origins that a token may be sent to beside those of the data centre (a simulator's URL). */
  readonly allowedApiDomains?: readonly string[];
  readonly tokenStore: TokenStore;
  readonly withLock: WithLock;
  readonly timeouts?: Partial<Timeouts>;
  /** Most bytes of a request's body; larger batches go out in parts. */
  readonly maxBytes?: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** 0 to 1. */
  readonly random?: () => number;
  /** Credits and places that the connection's calls need; without it they all go out. */
  readonly gate?: CallGate;
  /** Called once for each HTTP request, token requests included. */
  readonly onCall?: CallObserver;
  readonly logger: Logger;
}

/** A connection's client. It keeps nothing but its sockets and a copy of the token; nothing is global. */
export interface ZohoClient extends ZohoCalls {
  /** The same calls for another class of work than `live`, whose share of the credits they use. */
  in(lane: Lane): ZohoCalls;
  /** Makes no more calls and waits for those under way, at most for the time of one call. */
  close(): Promise<void>;
}

/** A client of Zoho CRM API v8 for one connection (libs/zoho/README.md). */
export function createZohoClient(options: ZohoClientOptions): ZohoClient {
  const { clock = Date.now, onCall = () => undefined, logger } = options;
  const transport = createUndiciTransport(options.timeouts === undefined ? {} : { timeouts: options.timeouts });
  const report = createReporter({ onCall, logger });
  const tokens = tokenSourceOf(options, { transport, report, clock });
  const { gate = OPEN_GATE, maxBytes = DEFAULT_MAX_BYTES } = options;
  const callsOf = (lane: Lane): ZohoCalls => {
    const startWithinMs = options.timeouts?.call ?? DEFAULT_TIMEOUTS.call;
    const run = createRunner({ transport, tokens, gate, lane, clock, startWithinMs, report });
    const caller: Caller = { run, maxBytes };
    return bindCalls(caller);
  };
  const lanes = new Map<Lane, ZohoCalls>();
  return {
    ...callsOf('live'),
    in: (lane) => {
      const known = lanes.get(lane) ?? callsOf(lane);
      lanes.set(lane, known);
      return known;
    },
    close: () => transport.close(),
  };
}

function tokenSourceOf(
  options: ZohoClientOptions,
  parts: { readonly transport: Transport; readonly report: Reporter; readonly clock: () => number },
): TokenSource {
  const { clientId, clientSecret, refreshToken } = options;
  const accountsUrl = originOf(options.accountsUrl) ?? options.accountsUrl;
  const grant = { accountsUrl, clientId, clientSecret, refreshToken };
  const allowed = allowedApiOrigins(accountsUrl, options.allowedApiDomains);
  return createTokenSource({
    grant: fingerprintOf(grant),
    allowed,
    store: options.tokenStore,
    withLock: options.withLock,
    mint: () => mintToken({ grant, allowed, ...parts }),
    clock: parts.clock,
    random: options.random ?? Math.random,
    logger: options.logger,
  });
}
