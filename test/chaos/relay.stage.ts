import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { loadPack, type Pack } from '#packs';
import { createPool } from '#postgres';
import { freePort, type Stack } from '#stack';
import { createIntegrationDatabase, seedConnections, type RunDatabase, type SystemDetails } from '#system';
import { CrmJournal } from '../support/crm.journal.ts';
import { SimulatorClient } from '#cases';
import { AppProcess } from './app.process.ts';
import type { FaultTrigger } from './fault.trigger.ts';
import { IntegrationDesk } from './integration.desk.ts';
import { RelayFeed } from './relay.feed.ts';
import { MUTANT_VARIABLE, type RelayMutant } from './relay.mutants.ts';
import type { SeededRandom } from './seeded.random.ts';
import { TcpProxy } from './tcp.proxy.ts';

export interface RelayStageOptions {
  readonly servers: Pick<Stack, 'postgresUrl' | 'kafkaBrokers'>;
  readonly mutant?: RelayMutant | undefined;
  /** Settings of the relays beside those of the stage. */
  readonly env?: Readonly<Record<string, string>>;
}

export const PACK = 'property-sites';
/** Short, so that a lost process or answer costs a round little; a lease is longer than a call. */
export const CALL_TIMEOUT_MS = 1500;
const LEASE_MS = 4000;
const SIMULATOR = {
  clientId: '1000.SIMULATOR',
  clientSecret: 'simulator-secret',
  refreshToken: '1000.simulator.refresh',
};

/** A prime number that is longer than most requests and answers of a round, and a step with which all of it is met. */
const EXCHANGE_BYTES = 1201;
const BYTE_STRIDE = 467;

interface Parts {
  readonly options: RelayStageOptions;
  readonly folder: string;
  readonly pack: Pack;
  readonly database: RunDatabase;
  readonly feed: RelayFeed;
  readonly simulator: { readonly process: AppProcess; readonly url: string };
  readonly journal: CrmJournal;
  readonly secretKey: string;
  readonly proxies: ReadonlyMap<number, TcpProxy>;
}

/** A CRM, an integration database, a topic, and the relays between them, with a proxy in front of each server. */
export class RelayStage implements AsyncDisposable {
  readonly pack: Pack;
  readonly feed: RelayFeed;
  readonly crm: SimulatorClient;
  readonly journal: CrmJournal;
  readonly desk: IntegrationDesk;
  readonly details: SystemDetails;
  readonly #parts: Parts;
  #relays: AppProcess[] = [];
  #alarms: string[] = [];
  #byte = 0;

  private constructor(parts: Parts) {
    const { options, database, feed, simulator, secretKey } = parts;
    this.#parts = parts;
    this.pack = parts.pack;
    this.feed = feed;
    this.journal = parts.journal;
    this.crm = new SimulatorClient(simulator.url);
    this.desk = new IntegrationDesk(createPool({ url: database.url, applicationName: 'causeway-chaos', max: 2 }));
    this.details = {
      kafka: { brokers: options.servers.kafkaBrokers },
      products: {},
      integration: { url: database.url },
      simulator: { url: simulator.url, accountsUrl: simulator.url, ...SIMULATOR },
      webhooks: { url: '' },
      admin: { url: null },
      topicPrefix: feed.prefix,
      secretKey,
      packs: [PACK],
      sources: [],
      relay: { url: '' },
      logs: parts.folder,
    };
  }

  static async open(options: RelayStageOptions): Promise<RelayStage> {
    const { postgresUrl, kafkaBrokers } = options.servers;
    // What was opened is closed again when something after it fails.
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'causeway-chaos-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const pack = await loadPack(PACK);
    const database = await createIntegrationDatabase(postgresUrl);
    stack.defer(() => database.drop());
    const feed = stack.use(await RelayFeed.open(kafkaBrokers, `chaos-${randomBytes(4).toString('hex')}.`));
    const dataFile = join(folder, 'simulator.journal');
    const simulator = await startSimulator(dataFile);
    stack.defer(() => simulator.process.end('SIGKILL'));
    const secretKey = randomBytes(32).toString('hex');
    await seedConnections({
      integrationUrl: database.url,
      secretKey,
      simulator: { url: simulator.url, accountsUrl: simulator.url, ...SIMULATOR },
      packs: [pack],
      watch: {},
    });
    const journal = stack.use(await CrmJournal.open(dataFile));
    const proxies = new Map<number, TcpProxy>();
    for (const target of [addressOf(postgresUrl, 5432), addressOf(simulator.url, 80), ...kafkaBrokers.map(brokerOf)])
      proxies.set(target.port, stack.use(await TcpProxy.open(target)));
    const stage = new RelayStage({
      options,
      folder,
      pack,
      database,
      feed,
      simulator,
      journal,
      secretKey,
      proxies,
    });
    stage.#kept = stack.move();
    return stage;
  }

  #kept = new AsyncDisposableStack();

  /** Between the relays and the CRM. */
  get crmLink(): TcpProxy {
    return this.#proxyOf(addressOf(this.#parts.simulator.url, 80).port);
  }

  get postgresLink(): TcpProxy {
    return this.#proxyOf(addressOf(this.#parts.database.url, 5432).port);
  }

  get kafkaLinks(): TcpProxy[] {
    return this.#parts.options.servers.kafkaBrokers.map((broker) => this.#proxyOf(brokerOf(broker).port));
  }

  get running(): readonly AppProcess[] {
    this.#relays = this.#relays.filter(({ isRunning }) => isRunning);
    return this.#relays;
  }

  /** The one that was started first of those that run. @throws Error when none runs. */
  get relay(): AppProcess {
    const [first] = this.running;
    if (first === undefined) throw new Error('no relay runs');
    return first;
  }

  /** Crashes of relays, and commands that they parked, since the last call: none of the faults gives a reason for either. */
  takeAlarms(): string[] {
    return this.#alarms.splice(0);
  }

  /** A place in an exchange: all places of one come once before one comes again, those that follow far from one another. */
  nextByte(): number {
    this.#byte = (this.#byte + BYTE_STRIDE) % EXCHANGE_BYTES;
    return this.#byte;
  }

  /** Starts one more. */
  start(trigger?: FaultTrigger): AppProcess {
    const { options, proxies, database, feed, secretKey } = this.#parts;
    const { mutant } = options;
    const relay = new AppProcess({
      app: 'relay',
      env: {
        CAUSEWAY_KAFKA_BROKERS: options.servers.kafkaBrokers.join(','),
        CAUSEWAY_INTEGRATION_URL: throughPort(database.url, this.postgresLink.port),
        CAUSEWAY_SECRET_KEY: secretKey,
        CAUSEWAY_PACKS: PACK,
        CAUSEWAY_TOPIC_PREFIX: feed.prefix,
        CAUSEWAY_CALL_TIMEOUT: `${CALL_TIMEOUT_MS}ms`,
        CAUSEWAY_LEASE_TIME: `${LEASE_MS}ms`,
        ...options.env,
      },
      redirects: new Map([...proxies].map(([port, proxy]) => [port, proxy.port])),
      mutation: mutant === undefined ? undefined : { module: 'relay.mutants', env: { [MUTANT_VARIABLE]: mutant } },
      trigger,
      // Errors are what faults are for: only what is no log line is a crash.
      onAlarm: () => undefined,
      onCrash: (text) => this.#alarms.push(text),
      onLine: ({ msg, code }) => {
        if (msg === 'a command was parked') this.#alarms.push(`parked: ${code}`);
      },
    });
    this.#relays.push(relay);
    return relay;
  }

  async startConsuming(): Promise<AppProcess> {
    const relay = this.start();
    await relay.said('consuming');
    // A relay that went past its proxies would take no notice of their faults.
    if ([this.postgresLink, ...this.kafkaLinks].some(({ connections }) => connections === 0))
      throw new Error('the relay is not connected through the proxies');
    return relay;
  }

  /**
   * What an operator could do for a consumer that was killed: takes the members out of the group, so that nobody waits for a dead one's
   * session to run out. Those that live join again.
   */
  async forgetDeadMembers(): Promise<void> {
    const { options, feed } = this.#parts;
    const admin = new Admin({ clientId: 'causeway-chaos', bootstrapBrokers: [...options.servers.kafkaBrokers] });
    try {
      await admin.removeMembersFromConsumerGroup({ groupId: `${feed.prefix}causeway.mapper` });
    } catch {
      // No group yet, or it is moving: then the session runs out by itself.
    } finally {
      await admin.close();
    }
  }

  async endAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(this.running.map((relay) => relay.end(signal)));
  }

  /** Lets everything through again, and leaves one relay running, or none. */
  async calm(relays: 0 | 1): Promise<void> {
    for (const proxy of this.#parts.proxies.values()) {
      proxy.refuse(false);
      proxy.resume();
    }
    await this.crm.clearFaults();
    await this.crm.act('settings', { latencyMs: 0 });
    await this.desk.resume();
    const killed = this.running.slice(relays);
    await Promise.all(killed.map((relay) => relay.end('SIGTERM')));
    if (relays === 1 && this.running.length === 0) await this.startConsuming();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll('SIGKILL');
    await this.desk[Symbol.asyncDispose]();
    await this.#kept.disposeAsync();
  }

  #proxyOf(port: number): TcpProxy {
    const proxy = this.#parts.proxies.get(port);
    if (proxy === undefined) throw new Error(`no proxy in front of port ${port}`);
    return proxy;
  }
}

async function startSimulator(dataFile: string): Promise<Parts['simulator']> {
  const process = new AppProcess({
    app: 'simulator',
    env: { CAUSEWAY_PORT: String(await freePort()), CAUSEWAY_SIMULATOR_DATA: dataFile },
    redirects: new Map(),
    onAlarm: () => undefined,
  });
  const { url = '' } = await process.said('listening');
  return { process, url };
}

/** pg connects by itself, so it is told the proxy's port; the others go where servers tell them, and are turned aside. */
function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return through.toString();
}

function addressOf(url: string, usualPort: number): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: port === '' ? usualPort : Number(port) };
}

function brokerOf(broker: string): { host: string; port: number } {
  const [host = '', port = ''] = broker.split(':');
  return { host, port: Number(port) };
}

export const aMoment = (random: SeededRandom, mostMs: number): Promise<void> => pause(random.int(0, mostMs));
