/** One HTTP request as the transport needs it. */
export interface HttpRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** What came of one HTTP request. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      /** Epoch milliseconds that a Retry-After names; Zoho documents none (reference 5.3), a proxy may send one. */
      readonly retryAt?: number | null;
      /** Why it is HTTP 429, where the connection's budget can tell. */
      readonly throttle?: { readonly cause: 'concurrency' | 'credits'; readonly until: number | null };
    }
  /** The request certainly never left: no connection, or it was still waiting for one. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** At least a part of the request may have left and there is no complete answer. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Sends one request. Never throws. */
export interface Transport {
  send(request: HttpRequest): Promise<Exchange>;
  /** Takes no more requests and waits for those under way, at most for the time of a call. May be called again. */
  close(): Promise<void>;
}

/** Milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** From the request's last byte to the head of its answer. */
  readonly headers: number;
  /** The longest silence within the answer's body. */
  readonly body: number;
  /** From the start of the call to the last byte of its answer, waiting for a connection included. */
  readonly call: number;
}

/** packs/README.md section 4: a call times out after 30 s, 10 s to connect. Whatever the others say, the call's time is the longest. */
export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, headers: 30_000, body: 15_000, call: 30_000 };
