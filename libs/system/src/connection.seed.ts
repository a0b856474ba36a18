import { createLogger } from '#observability';
import { ClientRegistry, applySetUp, putConnection } from '#connections';
import type { Pack } from '#packs';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import type { SystemAddresses } from './system.types.ts';

export interface SeedOptions {
  readonly integrationUrl: string;
  readonly secretKey: string;
  readonly simulator: SystemAddresses['simulator'];
  readonly packs: readonly Pack[];
  readonly watch: Readonly<Record<string, string[]>>;
}

/** Connects each product's tenant to the simulator and creates the fields and pipelines that its pack needs there. */
export async function seedConnections(options: SeedOptions): Promise<void> {
  const { simulator, secretKey } = options;
  const pool = createPool({ url: options.integrationUrl, max: 3, applicationName: 'causeway-seed' });
  const db = createDatabase<IntegrationDatabase>(pool);
  const lockPool = createPool({ url: options.integrationUrl, max: 1, applicationName: 'causeway-seed' });
  const locks = createDatabase<IntegrationDatabase>(lockPool);
  const box = createSecretBox({ key: secretKey });
  const logger = createLogger({ service: 'seed', level: 'silent' });
  const clients = new ClientRegistry({ db, locks, box, callTimeoutMs: 30_000, logger });
  try {
    for (const { product, mapping, caseSettings } of options.packs) {
      const id = `zoho-${product}`;
      const { accountsUrl, clientId, clientSecret, refreshToken } = simulator;
      const credentials = { accountsUrl, apiDomains: [simulator.url], clientId, clientSecret, refreshToken };
      const settings = { ...caseSettings, watch: { ...options.watch } };
      await putConnection(db, box, { id, tenantId: product, destination: 'zoho-crm', settings, credentials });
      const result = await applySetUp(await clients.clientOf(id), mapping);
      if (result.kind !== 'ok') throw new Error(`the set-up of ${id} failed: ${result.reason}`);
      const [wrong] = result.differences.filter(({ stops }) => stops);
      if (wrong !== undefined)
        throw new Error(`${wrong.module}.${wrong.apiName} is ${wrong.difference} after the set-up`);
    }
  } finally {
    await clients.close();
    await Promise.all([db.destroy(), locks.destroy()]);
  }
}
