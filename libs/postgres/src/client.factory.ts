import { Client } from 'pg';
import { CausewayError } from '#contracts';
import { isConnectionLost } from './retry.policy.ts';

export interface ClientOptions {
  /** Postgres URL, as libpq takes it. */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** How long connecting may take before it counts as failed. */
export const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection outside of a pool, for what holds on to its session: migrations and LISTEN. When it is lost, statements under
 * way fail and `end` is emitted; there is no `error` event to be handled.
 * @throws CausewayError `POSTGRES_UNREACHABLE`; what the server itself refuses (password, database) is thrown as it came.
 */
export async function connectClient({ url, applicationName }: ClientOptions): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
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
