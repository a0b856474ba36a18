import { contractFault } from '../../test/contract/contract.check.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: ArrayBuffer;
  /** Parsed body; undefined where there was none. */
  readonly body: Record<string, unknown> | undefined;
}

export interface Send {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly form?: FormData;
  readonly headers?: Record<string, string>;
}

/** A running simulator and calls to it over real HTTP, with a token or without. */
export class SimSession {
  readonly simulator: Simulator;
  #token: string | undefined;
  /** Off while faults are armed: what they put in the place of answers is not the API's. */
  #checked = true;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  static async start(options: SimulatorOptions = {}): Promise<SimSession> {
    return new SimSession(await startSimulator(options));
  }

  /** `POST /Leads` with a valid token, and so on. */
  async api(method: string, path: string, send: Send = {}): Promise<Reply> {
    const headers = { ...(await this.authorisation()), ...send.headers };
    return this.raw(method, `/crm/v8${path}`, { ...send, headers });
  }

  /** The header that says who calls. */
  async authorisation(): Promise<{ readonly authorization: string }> {
    this.#token ??= await this.mint();
    return { authorization: `Zoho-oauthtoken ${this.#token}` };
  }

  async control(method: string, path: string, body?: unknown): Promise<Reply> {
    if (path === 'faults' && method === 'POST') this.#checked = false;
    if (path === 'reset') this.#checked = true;
    return this.raw(method, `/_control/${path}`, body === undefined ? {} : { body });
  }

  async raw(method: string, path: string, send: Send = {}): Promise<Reply> {
    const text = send.text ?? (send.body === undefined ? undefined : JSON.stringify(send.body));
    const answer = await fetch(`${this.simulator.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...send.headers },
      ...(send.form === undefined ? {} : { body: send.form }),
      ...(text === undefined ? {} : { body: text }),
    });
    const bytes = await answer.arrayBuffer();
    const answered = Buffer.from(bytes).toString();
    if (this.#checked && path.startsWith('/crm/')) {
      const fault = contractFault({
        method,
        path: path.split('?')[0] ?? '',
        status: answer.status,
        contentType: answer.headers.get('content-type'),
        text: answered,
      });
      if (fault !== undefined) throw new Error(`not as Zoho describes it: ${fault}`);
    }
    const json = answer.headers.get('content-type')?.startsWith('application/json') === true && answered !== '';
    return {
      status: answer.status,
      headers: answer.headers,
      text: answered,
      bytes,
      body: json ? (JSON.parse(answered) as Record<string, unknown>) : undefined,
    };
  }

  async token(params: Record<string, string>): Promise<Reply> {
    const { clientId, clientSecret } = this.simulator;
    const form = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...params });
    return this.raw('POST', '/oauth/v2/token', {
      text: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  async mint(): Promise<string> {
    const reply = await this.token({ grant_type: 'refresh_token', refresh_token: this.simulator.refreshToken });
    return String(reply.body?.['access_token']);
  }

  /** Uses another token from now on. */
  useToken(token: string | undefined): void {
    this.#token = token;
  }

  /** Makes records and gives their ids. */
  async insert(module: string, ...data: unknown[]): Promise<string[]> {
    const reply = await this.api('POST', `/${module}`, { body: { data } });
    return items(reply).map((item) => idOf(item));
  }

  /** Makes a unique text field of 64 characters. */
  async uniqueField(module: string, label: string): Promise<void> {
    const field = { field_label: label, data_type: 'text', length: 64, unique: { case_sensitive: false } };
    const reply = await this.api('POST', `/settings/fields?module=${module}`, { body: { fields: [field] } });
    if (reply.status !== 201) throw new Error(reply.text);
  }

  async reset(): Promise<void> {
    await this.control('POST', 'reset');
    this.#token = undefined;
  }

  close(): Promise<void> {
    return this.simulator.close();
  }
}

export type Item = Record<string, unknown> & { readonly code?: string; readonly details?: Record<string, unknown> };

/** The entries of `data[]`, `fields[]`, `watch[]`. */
export function items(reply: Reply, key = 'data'): Item[] {
  const list = reply.body?.[key];
  if (!Array.isArray(list)) throw new Error(`no ${key}[] in ${reply.status} ${reply.text}`);
  return list as Item[];
}

export const idOf = (item: Item | undefined): string => String(item?.details?.['id']);
