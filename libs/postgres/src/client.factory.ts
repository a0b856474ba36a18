import type { Client } from 'pg';
import { CausewayError } from '#contracts';
import { connectionSettings } from './connection/connection.settings.ts';
import { PostgresClient } from './connection/postgres.client.ts';
import { isConnectionLost } from './retry.policy.ts';

export interface ClientOptions {
  /** Postgres URL, as libpq takes it; what it leaves open comes from the environment (`PGSSLMODE`, `PGPASSFILE`, ...). */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

export interface SessionOptions extends ClientOptions {
  /** For commands of the replication protocol (`IDENTIFY_SYSTEM`, ...), which other sessions do not know. */
  readonly replication?: boolean;
}

/**
 * One connection outside of a pool, for what holds on to its session: migrations and LISTEN. When it is lost, statements under
 * way fail and `end` is emitted; there is no `error` event to be handled.
 * @throws CausewayError `POSTGRES_UNREACHABLE`, `POSTGRES_ACCESS_DENIED`, `POSTGRES_TLS_REFUSED` or `CONFIG_INVALID`
 */
export async function connectClient({ url, applicationName, replication = false }: SessionOptions): Promise<Client> {
  // A setting of the driver that its types leave out.
  const kind = replication ? { replication: 'database' } : {};
  const client = new PostgresClient({ application_name: applicationName, ...connectionSettings(url), ...kind });
  client.on('error', () => undefined);
  try {
    return await client.connect();
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    throw new CausewayError('POSTGRES_UNREACHABLE', {
      details: { host: client.host, port: client.port },
      cause: error,
    });
  }
}
