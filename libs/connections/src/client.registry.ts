import type { Kysely } from 'kysely';
import type { Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { createZohoClient, type CallObserver, type SecretBox, type ZohoClient } from '#zoho';
import { readCredentials } from './connection.store.ts';
import { postgresLock, postgresTokenStore } from './token.store.ts';

export interface ClientRegistryOptions {
  readonly db: Kysely<IntegrationDatabase>;
  /**
   * A small pool of its own for the locks of token refreshes. A holder keeps a place of it while it reads and writes the
   * token through `db`; with one pool for both, enough holders would wait for each other for ever.
   */
  readonly locks: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly callTimeoutMs: number;
  readonly onCall?: CallObserver;
  readonly logger: Logger;
}

interface Entry {
  readonly client: ZohoClient;
  /** Credentials that the client was made with: new ones make a new client. */
  readonly made: string;
}

/** One client a connection, made when it is first needed and again when its credentials change. */
export class ClientRegistry {
  readonly #options: ClientRegistryOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ClientRegistryOptions) {
    this.#options = options;
  }

  async clientOf(connectionId: string): Promise<ZohoClient> {
    const { db, locks, box, callTimeoutMs, logger, onCall } = this.#options;
    const credentials = await readCredentials(db, box, connectionId);
    const made = JSON.stringify(credentials);
    const known = this.#entries.get(connectionId);
    if (known?.made === made) return known.client;
    const client = createZohoClient({
      accountsUrl: credentials.accountsUrl,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      refreshToken: credentials.refreshToken,
      allowedApiDomains: credentials.apiDomains,
      tokenStore: postgresTokenStore(db, box, connectionId),
      withLock: postgresLock(locks, connectionId),
      timeouts: { call: callTimeoutMs },
      logger: logger.child({ connection: connectionId }),
      ...(onCall === undefined ? {} : { onCall }),
    });
    this.#entries.set(connectionId, { client, made });
    await known?.client.close();
    return client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ client }) => client.close()));
    this.#entries.clear();
  }
}
