import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { settle } from '#operations';
import type { Pack } from '#packs';
import { createDatabase, createPool, type IntegrationDatabase, type ProductDatabase } from '#postgres';
import { startSystem, type System, type SystemOptions } from '#system';
import { SimulatorClient } from './simulator.client.ts';

/** Where a worked case is played: the product's database, the simulated CRM, and when all is quiet. */
export interface CaseSystem {
  /** Where all of it is. */
  readonly system: Pick<System, 'details'>;
  readonly product: Kysely<ProductDatabase>;
  readonly integration: Kysely<IntegrationDatabase>;
  readonly simulator: SimulatorClient;
  /** @throws Error that names what is still under way after the time. */
  quiet(timeoutMs?: number): Promise<void>;
}

export interface OwnCaseSystem extends CaseSystem {
  /** Stops everything and takes databases, slots and topics away. */
  stop(): Promise<void>;
}

const QUIET_MS = 30_000;

/**
 * A whole system for the cases of one pack: publishers, relay, webhook service and simulator, with databases, slots and topics of its
 * own. `named`: the pack as `loadPack` finds it.
 */
export async function startCaseSystem(
  { product }: Pick<Pack, 'product'>,
  { named, progress }: { readonly named: string; readonly progress: SystemOptions['progress'] },
): Promise<OwnCaseSystem> {
  const topicPrefix = `case-${randomBytes(4).toString('hex')}.`;
  const system = await startSystem({ packs: [named], topicPrefix, progress });
  const { products, integration, simulator } = system.details;
  const url = products[product]?.url ?? '';
  const pool = (of: string) => createPool({ url: of, max: 2, applicationName: 'causeway-cases' });
  const db = createDatabase<ProductDatabase>(pool(url));
  const ours = createDatabase<IntegrationDatabase>(pool(integration.url));
  return {
    system,
    product: db,
    integration: ours,
    simulator: new SimulatorClient(simulator.url),
    quiet: async (timeoutMs = QUIET_MS) => {
      const left = await settle(system.details, { timeoutMs });
      if (left.length > 0) throw new Error(`not quiet: ${JSON.stringify(left)}`);
    },
    stop: async () => {
      await db.destroy();
      await ours.destroy();
      await system.stop();
    },
  };
}
