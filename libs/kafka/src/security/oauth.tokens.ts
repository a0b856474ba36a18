import { readFile } from 'node:fs/promises';
import { CausewayError } from '#contracts';

export interface OauthClient {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
}

/** The world of a token source; tests bring their own. */
export interface OauthWorld {
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

interface Token {
  readonly value: string;
  /** From when on a newer one is asked for, and from when on this one is worth nothing. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** The part of a token's life after which a new one is asked for, as in Kafka's own client. */
const RENEW_AFTER = 0.8;
/** The life of a token whose answer does not tell it. */
const UNTOLD_LIFE_S = 300;
const TIMEOUT_MS = 10_000;

/**
 * Tokens for OAUTHBEARER by the grant client_credentials (RFC 6749, section 4.4). One request at a time, whoever asks; a token
 * is used for four fifths of its life, and to its end when no newer one can be had.
 */
export class OauthTokens {
  readonly #client: OauthClient;
  readonly #world: OauthWorld;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(client: OauthClient, world: OauthWorld = { fetch, now: Date.now }) {
    this.#client = client;
    this.#world = world;
  }

  /** @throws CausewayError `KAFKA_ACCESS_DENIED` when the endpoint refuses the client, `KAFKA_UNREACHABLE` when it does not answer */
  async token(): Promise<string> {
    const { now } = this.#world;
    const known = this.#token;
    if (known !== undefined && now() < known.renewAt) return known.value;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    try {
      this.#token = await this.#asking;
      return this.#token.value;
    } catch (error) {
      if (known !== undefined && now() < known.expiresAt) return known.value;
      throw error;
    }
  }

  async #ask(): Promise<Token> {
    const { url, clientId, clientSecret, scope } = this.#client;
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
    const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    const response = await this.#world
      .fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch((error: unknown) => {
        throw unreachable(url, { reason: causeOf(error), cause: error });
      });
    const answer = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
    if (!response.ok) throw refused(url, { status: response.status, answer });
    const { access_token: value, expires_in: life } = answer;
    if (typeof value !== 'string' || value === '')
      throw unreachable(url, { reason: 'the answer holds no access_token' });
    const lifeMs = (Number(life) > 0 ? Number(life) : UNTOLD_LIFE_S) * 1000;
    const now = this.#world.now();
    return { value, renewAt: now + lifeMs * RENEW_AFTER, expiresAt: now + lifeMs };
  }
}

/** The token that something else keeps fresh in a file. @throws CausewayError `KAFKA_ACCESS_DENIED` */
export async function tokenFromFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const token = text.trim();
  if (token !== '') return token;
  const details = { setting: 'CAUSEWAY_KAFKA_OAUTH_TOKEN_FILE', reason: 'the file is empty or cannot be read', path };
  throw new CausewayError('KAFKA_ACCESS_DENIED', { details });
}

/** Server errors and "too many requests" pass; the other answers stay until somebody corrects a setting. */
function refused(
  url: string,
  { status, answer }: { readonly status: number; readonly answer: Readonly<Record<string, unknown>> },
): CausewayError {
  const { error } = answer;
  // Its description may hold anything; the code is a word of RFC 6749, section 5.2.
  const word = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : '';
  const reason = `the token endpoint answered ${status}${word}`;
  if (status >= 500 || status === 429) return unreachable(url, { reason });
  const setting =
    status === 404
      ? 'CAUSEWAY_KAFKA_OAUTH_TOKEN_URL'
      : 'CAUSEWAY_KAFKA_OAUTH_CLIENT_ID, CAUSEWAY_KAFKA_OAUTH_CLIENT_SECRET';
  return new CausewayError('KAFKA_ACCESS_DENIED', { details: { setting, reason } });
}

function unreachable(
  url: string,
  { reason, cause }: { readonly reason: string; readonly cause?: unknown },
): CausewayError {
  const details = { setting: 'CAUSEWAY_KAFKA_OAUTH_TOKEN_URL', host: new URL(url).host, reason };
  return new CausewayError('KAFKA_UNREACHABLE', { details, cause });
}

/** fetch says only that it failed; the reason is the cause. */
function causeOf(error: unknown): string {
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  return typeof inner === 'object' && inner !== null && 'message' in inner ? String(inner.message) : String(inner);
}
