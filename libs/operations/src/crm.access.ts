import type { Kysely } from 'kysely';
import { ClientRegistry } from '#connections';
import { createLogger } from '#observability';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox, type SecretBox } from '#zoho';

/** An integration database and the keys of its secrets. */
export interface CrmTarget {
  readonly url: string;
  readonly secretKey: string;
  readonly otherSecretKeys?: readonly string[];
  readonly callTimeoutMs?: number;
}

export interface CrmAccess {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly clients: ClientRegistry;
}

/** Runs `work` with the database, the box and the CRM clients of an integration database, and closes them. */
export async function withClients<T>(target: CrmTarget, work: (access: CrmAccess) => Promise<T>): Promise<T> {
  const { url, secretKey, otherSecretKeys = [], callTimeoutMs = 30_000 } = target;
  const box = createSecretBox({ key: secretKey, otherKeys: otherSecretKeys });
  const applicationName = 'causeway-cli';
  const db = createDatabase<IntegrationDatabase>(createPool({ url, max: 3, applicationName }));
  const locks = createDatabase<IntegrationDatabase>(createPool({ url, max: 1, applicationName }));
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const clients = new ClientRegistry({ db, locks, box, callTimeoutMs, logger });
  try {
    return await work({ db, box, clients });
  } finally {
    await clients.close();
    await Promise.all([db.destroy(), locks.destroy()]);
  }
}
