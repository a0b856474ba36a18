import { Pool, type PoolConfig } from 'pg';
import { errorFields, type Logger } from '#observability';
import type { ClientOptions } from './client.factory.ts';
import { connectionSettings } from './connection/connection.settings.ts';
import { PostgresClient } from './connection/postgres.client.ts';

export interface PoolOptions extends ClientOptions {
  /** Most connections open at a time. */
  readonly max?: number;
  readonly logger?: Logger;
}

/**
 * A pool whose idle connections may be lost (a restart of Postgres) without ending the process: the next use connects anew. A use
 * that cannot connect rejects with what `connectClient` says of a refusal, else with the driver's error.
 * @throws CausewayError `CONFIG_INVALID` when the URL or what it names cannot be used
 */
export function createPool({ url, applicationName, max = 10, logger }: PoolOptions): Pool {
  const pool = new Pool({
    application_name: applicationName,
    ...connectionSettings(url),
    max,
    // It is given these same options.
    Client: PostgresClient as unknown as NonNullable<PoolConfig['Client']>,
  });
  // Without a listener Node ends the process on the `error` event of an idle connection.
  pool.on('error', (error) => logger?.warn(errorFields(error), 'an idle Postgres connection was lost'));
  // Nor does the pool listen on a connection in use: lost inside a transaction, its error would end the process as well. The
  // query under way rejects by itself, which is where it is handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
