import { randomBytes } from 'node:crypto';
import { SimulatorClient } from '#cases';
import { settle } from '#operations';
import { createDatabase, createPool, type IntegrationDatabase, type ProductDatabase } from '#postgres';
import { startSystem, type System } from '#system';

export interface FixtureOptions {
  readonly pack?: string;
  readonly product?: string;
  readonly watch?: Readonly<Record<string, string[]>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole system for one suite, with databases, slots and topics of its own in the shared servers. */
export class SystemFixture {
  readonly system: System;
  readonly simulator: SimulatorClient;
  readonly product: ReturnType<typeof createDatabase<ProductDatabase>>;
  readonly integration: ReturnType<typeof createDatabase<IntegrationDatabase>>;

  private constructor(system: System, product: string) {
    this.system = system;
    this.simulator = new SimulatorClient(system.details.simulator.url);
    const applicationName = 'causeway-test';
    const productUrl = system.details.products[product]?.url ?? '';
    this.product = createDatabase<ProductDatabase>(createPool({ url: productUrl, max: 4, applicationName }));
    const integrationUrl = system.details.integration.url;
    this.integration = createDatabase<IntegrationDatabase>(
      createPool({ url: integrationUrl, max: 4, applicationName }),
    );
  }

  /** With one pack and its product; default: `signup-lead` and `portal`. `env` are settings for all services. */
  static async start(options: FixtureOptions = {}): Promise<SystemFixture> {
    const { pack = 'signup-lead', product = 'portal', watch = { Leads: ['Lead_Status'] }, env = {} } = options;
    const system = await startSystem({
      packs: [pack],
      watch,
      env,
      topicPrefix: `test-${randomBytes(4).toString('hex')}.`,
      progress: () => undefined,
    });
    return new SystemFixture(system, product);
  }

  /** Waits until nothing is under way. @throws Error that names what is left. */
  async quiet(timeoutMs = 120_000): Promise<void> {
    const left = await settle(this.system.details, { timeoutMs });
    if (left.length > 0) throw new Error(`not quiet: ${JSON.stringify(left)}`);
  }

  service(name: string): NonNullable<ReturnType<System['services']['get']>> {
    const found = this.system.services.get(name);
    if (found === undefined)
      throw new Error(`no service ${name}; there is ${[...this.system.services.keys()].join(', ')}`);
    return found;
  }

  async stop(): Promise<void> {
    await Promise.all([this.product.destroy(), this.integration.destroy()]);
    await this.system.stop();
  }
}
