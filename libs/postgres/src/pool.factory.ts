import { Pool } from 'pg';
import { errorFields, type Logger } from '#observability';
import { CONNECT_TIMEOUT_MS, type ClientOptions } from './client.factory.ts';

export interface PoolOptions extends ClientOptions {
  /** Most connections open at a time. */
  readonly max?: number;
  readonly logger?: Logger;
}

/** A pool whose idle connections may be lost (a restart of Postgres) without ending the process: the next use connects anew. */
export function createPool({ url, applicationName, max = 10, logger }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without a listener Node ends the process on the `error` event of an idle connection.
  pool.on('error', (error) => logger?.warn(errorFields(error), 'an idle Postgres connection was lost'));
  // Nor does the pool listen on a connection in use: lost inside a transaction, its error would end the process as well. The
  // query under way rejects by itself, which is where it is handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
