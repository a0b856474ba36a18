interface Bucket {
  tokens: number;
  at: number;
}

export interface RateLimitOptions {
  /** Allowed in a second, over time. */
  readonly perSecond: number;
  /** Allowed at once after a pause. */
  readonly burst: number;
}

/** How often each channel may notify: a bucket of tokens for each, filled by the clock. Its size is bounded by the channels there are. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** True: go on. `nowMs` never goes back. */
  allows(channelId: string, nowMs: number): boolean {
    const { perSecond, burst } = this.#options;
    const bucket = this.#buckets.get(channelId) ?? { tokens: burst, at: nowMs };
    const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    this.#buckets.set(channelId, { tokens: allowed ? tokens - 1 : tokens, at: nowMs });
    return allowed;
  }
}
