import { randomBytes } from 'node:crypto';
import { createMemoryLock, createZohoClient, type TokenStore, type WriteOutcome, type ZohoClient } from '#zoho';
import { silentLogger } from '#testing';
import { IDENTITY, zohoContext, type ZohoContext } from '../zoho.context.ts';
import { fileTokenStore } from './sandbox.ts';

/** An answer of the API as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where there is no JSON. */
  readonly body: Record<string, unknown> | undefined;
}

export interface RawCall {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of a JSON body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the good one; null: none. */
  readonly authorization?: string | null;
  /** In place of `/crm/v8`. */
  readonly base?: string;
}

/** What a case works on: a simulated CRM, or a real sandbox. */
export interface Target extends AsyncDisposable {
  readonly isSimulator: boolean;
  readonly zoho: ZohoClient;
  readonly credentials: ZohoContext['credentials'];
  /** One request, past the client. */
  api(method: string, path: string, call?: RawCall): Promise<RawAnswer>;
  /** The token endpoint. */
  token(params: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** A value of the identity field that nobody has. */
  identity(): string;
  /** Makes Leads, which are deleted at the end; their ids. */
  leads(...fields: Record<string, unknown>[]): Promise<string[]>;
  /** Has a record deleted at the end. */
  keepTrack(module: string, ...ids: string[]): void;
  /** The simulator's control side; throws on a sandbox, where such cases do not run. */
  readonly control: ZohoContext;
}

/** A target of its own for one file of cases. */
export async function openTarget(sandbox: ZohoContext['credentials'] | null): Promise<Target> {
  const context = sandbox === null ? await zohoContext() : null;
  const credentials = context?.credentials ?? sandbox;
  if (credentials === null || credentials === undefined) throw new Error('no credentials');
  const tokenStore: TokenStore = context?.tokenStore ?? fileTokenStore();
  const zoho =
    context?.zoho ??
    createZohoClient({ ...credentials, tokenStore, withLock: createMemoryLock(), logger: silentLogger });
  await ensureIdentity(zoho, 'Leads');
  const run = randomBytes(4).toString('hex');
  const made = new Map<string, Set<string>>();
  let last = 0;
  const target: Target = {
    isSimulator: context !== null,
    zoho,
    credentials,
    api: async (method, path, call = {}) => send(await grantOf(zoho, tokenStore), method, { path, ...call }),
    token: async (params) => {
      const body = new URLSearchParams({ ...params });
      return read(await fetch(`${credentials.accountsUrl}/oauth/v2/token`, { method: 'POST', body }));
    },
    identity: () => `${run}-${(last += 1)}`,
    keepTrack: (module, ...ids) => {
      const known = made.get(module) ?? new Set();
      for (const id of ids) known.add(id);
      made.set(module, known);
    },
    leads: async (...fields) => {
      const data = fields.map((each) => ({ Last_Name: 'Conformance', [IDENTITY]: target.identity(), ...each }));
      const answer = await target.api('POST', '/Leads', { body: { data, trigger: [] } });
      const ids = itemsOf(answer).map((item) => String(item.details?.['id']));
      if (answer.status !== 201) throw new Error(answer.text);
      target.keepTrack('Leads', ...ids);
      return ids;
    },
    get control() {
      if (context === null) throw new Error('a sandbox has no control side');
      return context;
    },
    [Symbol.asyncDispose]: async () => {
      if (context === null) {
        for (const [module, ids] of made) await zoho.remove(module, { ids: [...ids].slice(0, 100) });
        await zoho.close();
      } else await context[Symbol.asyncDispose]();
    },
  };
  return target;
}

async function ensureIdentity(zoho: ZohoClient, module: string): Promise<void> {
  const there = await zoho.fields(module);
  if (there.kind === 'ok' && there.fields.some(({ apiName }) => apiName === IDENTITY)) return;
  const label = IDENTITY.replaceAll('_', ' ');
  const [outcome]: WriteOutcome[] = await zoho.createFields(module, {
    fields: [{ label, dataType: 'text', length: 64, unique: true }],
  });
  if (outcome?.kind !== 'succeeded') throw new Error(`no identity field: ${JSON.stringify(outcome)}`);
}

async function grantOf(zoho: ZohoClient, store: TokenStore): Promise<{ url: string; token: string }> {
  let token = await store.read();
  if (token?.accessToken === null || token?.accessToken === undefined || token.expiresAt < Date.now()) {
    await zoho.modules();
    token = await store.read();
  }
  return { url: token?.apiDomain ?? '', token: token?.accessToken ?? '' };
}

async function send(
  grant: { readonly url: string; readonly token: string },
  method: string,
  call: RawCall & { readonly path: string },
): Promise<RawAnswer> {
  const {
    path,
    query = {},
    body,
    headers = {},
    authorization = `Zoho-oauthtoken ${grant.token}`,
    base = '/crm/v8',
  } = call;
  const search = new URLSearchParams({ ...query }).toString();
  const text = call.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(`${grant.url}${base}${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  return read(answer);
}

async function read(answer: Response): Promise<RawAnswer> {
  const text = await answer.text();
  let body: Record<string, unknown> | undefined;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    body = undefined;
  }
  return { status: answer.status, headers: answer.headers, text, body };
}

export interface Item {
  readonly code?: string;
  readonly status?: string;
  readonly message?: string;
  readonly action?: string;
  readonly duplicate_field?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** The items of an answer. */
export function itemsOf(answer: RawAnswer, wrapper = 'data'): Item[] {
  const list = answer.body?.[wrapper];
  if (!Array.isArray(list)) throw new Error(`no ${wrapper}[] in HTTP ${answer.status} ${answer.text}`);
  return list as Item[];
}

/** The one error of an answer, bare or wrapped: both occur for every code (reference 0.3). */
export function errorOf(answer: RawAnswer): Item {
  const { body = {} } = answer;
  const wrapped = Object.values(body).find((value) => Array.isArray(value)) as Item[] | undefined;
  return wrapped?.[0] ?? body;
}

/** The ids of the records that a write made. */
export function idsMade(answer: RawAnswer): string[] {
  return itemsOf(answer).flatMap(({ details }) => (typeof details?.['id'] === 'string' ? [details['id']] : []));
}
