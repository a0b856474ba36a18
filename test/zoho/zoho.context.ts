import { Writable } from 'node:stream';
import { pino } from 'pino';
import {
  createMemoryLock,
  createMemoryTokenStore,
  createZohoClient,
  type CallObservation,
  type TokenStore,
  type WithLock,
  type ZohoClient,
  type ZohoClientOptions,
} from '#zoho';
import { startSimulator, type SimulatorOptions } from '../../apps/simulator/src/simulator.ts';

/** A simulated CRM, its control side, and clients of it that are closed with it. */
export interface ZohoContext extends AsyncDisposable {
  readonly url: string;
  readonly credentials: Pick<ZohoClientOptions, 'accountsUrl' | 'clientId' | 'clientSecret' | 'refreshToken'>;
  readonly zoho: ZohoClient;
  /** What the clients reported, in order. */
  readonly observations: CallObservation[];
  /** What the clients logged, one JSON text a line. */
  readonly logLines: string[];
  readonly tokenStore: TokenStore;
  /** One more client of the same connection, as another replica would have it. */
  client(options?: Partial<ZohoClientOptions>): ZohoClient;
  /** GET of the control side. */
  look(path: string): Promise<Record<string, unknown>>;
  /** POST to the control side. */
  act(path: string, body: object): Promise<Record<string, unknown>>;
  /** The records of a module as the CRM holds them. */
  records(module: string): Promise<Record<string, unknown>[]>;
  /** Kinds of the calls that arrived, in order. */
  callKinds(): Promise<string[]>;
  /** A unique text field for identities, made over the API; its name. */
  identityField(module: string): Promise<string>;
}

/** The unique field that specs make. */
export const IDENTITY = 'Causeway_Spec_ID';

/** Starts a simulator of its own for one spec, so that specs run in parallel. */
export async function zohoContext(options: SimulatorOptions = {}): Promise<ZohoContext> {
  const simulator = await startSimulator(options);
  const { url, accountsUrl, clientId, clientSecret, refreshToken } = simulator;
  const credentials = { accountsUrl, clientId, clientSecret, refreshToken };
  const observations: CallObservation[] = [];
  const logLines: string[] = [];
  const logger = pino(new Writable({ write: (chunk, _encoding, next) => next(void logLines.push(String(chunk))) }));
  const tokenStore = createMemoryTokenStore();
  const withLock: WithLock = createMemoryLock();
  const clients: ZohoClient[] = [];

  const client = (given: Partial<ZohoClientOptions> = {}): ZohoClient => {
    const made = createZohoClient({
      ...credentials,
      allowedApiDomains: [url],
      tokenStore,
      withLock,
      onCall: (observation) => observations.push(observation),
      logger,
      ...given,
    });
    clients.push(made);
    return made;
  };
  const control = async (path: string, init?: RequestInit): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/_control/${path}`, init);
    const body = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`control ${path}: HTTP ${answer.status} ${JSON.stringify(body)}`);
    return body;
  };
  const zoho = client();
  const context: ZohoContext = {
    url,
    credentials,
    zoho,
    observations,
    logLines,
    tokenStore,
    client,
    look: (path) => control(path),
    act: (path, body) =>
      control(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    records: async (module) => (await control(`records?module=${module}`))['records'] as Record<string, unknown>[],
    callKinds: async () => ((await control('calls'))['calls'] as { kind: string }[]).map(({ kind }) => kind),
    identityField: async (module) => {
      const [made] = await zoho.createFields(module, {
        fields: [{ label: 'Causeway Spec ID', dataType: 'text', length: 64, unique: true }],
      });
      if (made?.kind !== 'succeeded') throw new Error(`no field: ${JSON.stringify(made)}`);
      return IDENTITY;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((each) => each.close()));
      await simulator.close();
    },
  };
  return context;
}

/** The ids of the outcomes that succeeded. */
export function idsOf(outcomes: readonly { readonly kind: string; readonly recordId?: string }[]): string[] {
  return outcomes.flatMap(({ recordId }) => recordId ?? []);
}

/** The kinds of outcomes. */
export function kindsOf(outcomes: readonly { readonly kind: string }[]): string[] {
  return outcomes.map(({ kind }) => kind);
}
