import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';

/** Kysely on a pool. `destroy()` ends the pool too. */
export function createDatabase<DB>(pool: Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
