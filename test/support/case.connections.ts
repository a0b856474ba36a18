import { ClientRegistry, applySetUp, putConnection } from '#connections';
import type { JsonObject } from '#contracts';
import type { Mapping } from '#mapping';
import { createLogger } from '#observability';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import type { SystemFixture } from './system.fixture.ts';

/** How a simulated CRM is reached. */
export interface CaseCrm {
  readonly url: string;
  readonly accountsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

export interface CaseConnectionSeed {
  readonly id: string;
  readonly tenantId: string;
  readonly crm: CaseCrm;
  readonly settings: JsonObject;
}

/** Connects a tenant to a CRM, or gives its connection new settings, and makes there what the mapping needs. */
export async function connectTenant(
  { system, integration }: Pick<SystemFixture, 'system' | 'integration'>,
  mapping: Mapping,
  { id, tenantId, crm, settings }: CaseConnectionSeed,
): Promise<void> {
  const { url, accountsUrl, clientId, clientSecret, refreshToken } = crm;
  const box = createSecretBox({ key: system.details.secretKey });
  const credentials = { accountsUrl, apiDomains: [url], clientId, clientSecret, refreshToken };
  await putConnection(integration, box, { id, tenantId, destination: 'zoho-crm', settings, credentials });
  const pool = createPool({ url: system.details.integration.url, max: 1, applicationName: 'causeway-test' });
  const locks = createDatabase<IntegrationDatabase>(pool);
  const logger = createLogger({ service: 'test', level: 'silent' });
  const clients = new ClientRegistry({ db: integration, locks, box, callTimeoutMs: 30_000, logger });
  try {
    const result = await applySetUp(await clients.clientOf(id), mapping);
    if (result.kind !== 'ok') throw new Error(`the set-up of ${id} failed: ${result.reason}`);
  } finally {
    await clients.close();
    await locks.destroy();
  }
}
