import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPack, type Pack } from '#packs';
import { freePort, startStack, type Stack } from '#stack';
import { seedConnections } from './connection.seed.ts';
import { createIntegrationDatabase, createProductDatabase, type RunDatabase } from './product.database.ts';
import { ServiceProcess } from './service.process.ts';
import {
  productPlan,
  publisherPlan,
  relayPlan,
  simulatorPlan,
  webhooksPlan,
  type Plan,
  type PlanContext,
  type Source,
} from './service.plans.ts';
import { dropSlots } from './slot.cleanup.ts';
import { deleteTopics } from './topic.cleanup.ts';
import type { System, SystemAddresses, SystemDetails, SystemOptions } from './system.types.ts';

/** Credentials of the simulator of one run. */
const SIMULATOR = {
  clientId: '1000.SIMULATOR',
  clientSecret: 'simulator-secret',
  refreshToken: '1000.simulator.refresh',
};

/** Products of which the demo has a service. */
const WITH_SERVICE = new Set(['portal', 'telecom']);

/** Starts the whole system on this machine: servers, databases, simulator, services. @throws after taking all down again. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const builder = new SystemBuilder(options);
  try {
    return await builder.build();
  } catch (error) {
    await builder.stop();
    throw error;
  }
}

class SystemBuilder {
  readonly #options: SystemOptions;
  /** Distinguishes this run's databases and slots in a Postgres that others use too. */
  readonly #run = randomBytes(4).toString('hex');
  readonly #services = new Map<string, ServiceProcess>();
  readonly #databases: RunDatabase[] = [];
  readonly #slots: string[] = [];
  #stack: Stack | undefined;
  #folder = '';
  #topicPrefix = '';
  #stopped: Promise<void> | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  async build(): Promise<System> {
    const { progress, watch = {}, env = {} } = this.#options;
    const packs = await Promise.all(this.#options.packs.map((name) => loadPack(name)));
    this.#folder = await mkdtemp(join(tmpdir(), 'causeway-run-'));
    this.#stack = await startStack({ progress });
    const topicPrefix = this.#choosePrefix(this.#stack);
    this.#topicPrefix = topicPrefix;
    progress('creating databases');
    const { products, integration } = await this.#createDatabases(this.#stack.postgresUrl, packs);
    progress('starting the simulator');
    const simulator = await this.#startSimulator({ env, topicPrefix });
    const secretKey = randomBytes(32).toString('hex');
    await seedConnections({ integrationUrl: integration.url, secretKey, simulator, packs, watch });
    progress('starting publishers, relay and webhook service');
    const context: PlanContext = {
      kafkaBrokers: this.#stack.kafkaBrokers,
      topicPrefix,
      integrationUrl: integration.url,
      secretKey,
      packs: this.#options.packs,
      env,
    };
    const sources = [...products, this.#source('crm', integration.url)];
    const plans = [
      ...sources.map((source) => publisherPlan(context, source)),
      relayPlan(context),
      webhooksPlan(context, await freePort()),
      ...products.filter(({ name }) => WITH_SERVICE.has(name)).map((product) => productPlan(context, product)),
    ];
    await Promise.all(plans.map((plan) => this.#start(plan)));
    return {
      details: this.#details({ products, integration, simulator, sources, secretKey }),
      provider: this.#stack.provider,
      services: this.#services,
      stop: () => this.stop(),
    };
  }

  #choosePrefix(stack: Stack): string {
    const { topicPrefix = '' } = this.#options;
    if (typeof topicPrefix === 'string') return topicPrefix;
    return stack.shared.kafka ? `${topicPrefix.own}-${this.#run}.` : '';
  }

  /** Services first, then databases and servers. Repeated calls wait for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.stop()));
    const stack = this.#stack;
    if (stack !== undefined) {
      // Servers that were started for this run take their databases with them.
      if (stack.shared.kafka) await deleteTopics(stack.kafkaBrokers, this.#topicPrefix);
      if (stack.shared.postgres) {
        await dropSlots(stack.postgresUrl, this.#slots);
        for (const database of this.#databases) await database.drop();
      }
      await stack.stop();
    }
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  async #createDatabases(
    adminUrl: string,
    packs: readonly Pack[],
  ): Promise<{ products: Source[]; integration: RunDatabase }> {
    const products: Source[] = [];
    for (const pack of packs) {
      const database = await createProductDatabase(adminUrl, pack);
      this.#databases.push(database);
      products.push(this.#source(pack.product, database.url));
    }
    const integration = await createIntegrationDatabase(adminUrl);
    this.#databases.push(integration);
    return { products, integration };
  }

  #source(name: string, url: string): Source {
    const slot = `causeway_${name.replaceAll(/[^a-z0-9_]/g, '_')}_${this.#run}`;
    this.#slots.push(slot);
    return { name, url, slot };
  }

  async #startSimulator(context: {
    env: Readonly<Record<string, string>>;
    topicPrefix: string;
  }): Promise<SystemAddresses['simulator']> {
    const dataFile = join(this.#folder, 'simulator.journal');
    const { url } = await this.#start(simulatorPlan(context, { port: await freePort(), dataFile }));
    return { url, accountsUrl: url, ...SIMULATOR };
  }

  async #start(plan: Plan): Promise<ServiceProcess> {
    const { onLine, progress } = this.#options;
    const logFile = join(this.#folder, `${plan.name}.log`);
    const onRestart = (name: string, why: string): void => {
      progress(`${name} ${why} and is started again; its log: ${logFile}`);
    };
    const service = new ServiceProcess({ ...plan, logFile, onRestart, ...(onLine === undefined ? {} : { onLine }) });
    this.#services.set(plan.name, service);
    await service.start();
    return service;
  }

  #details(parts: {
    products: readonly Source[];
    integration: RunDatabase;
    simulator: SystemAddresses['simulator'];
    sources: readonly Source[];
    secretKey: string;
  }): SystemDetails {
    const urlOf = (name: string): string => this.#services.get(name)?.url ?? '';
    return {
      kafka: { brokers: this.#stack?.kafkaBrokers ?? [] },
      products: Object.fromEntries(parts.products.map(({ name, url }) => [name, { url }])),
      integration: { url: parts.integration.url },
      simulator: parts.simulator,
      webhooks: { url: urlOf('webhooks') },
      admin: { url: null },
      topicPrefix: this.#topicPrefix,
      secretKey: parts.secretKey,
      packs: this.#options.packs,
      sources: parts.sources.map((source) => ({ ...source, opsUrl: urlOf(`publisher-${source.name}`) })),
      relay: { url: urlOf('relay') },
      logs: this.#folder,
    };
  }
}
