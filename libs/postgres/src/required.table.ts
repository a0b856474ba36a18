import { CausewayError } from '#contracts';
import { connectClient, type ClientOptions } from './client.factory.ts';

interface RequiredTable extends ClientOptions {
  readonly schema: string;
  readonly table: string;
}

/**
 * Looks once, before a service begins, whether its database was migrated: without its tables it would go on failing, a line for each
 * statement. Needs no right on the table itself.
 * @throws CausewayError `MIGRATIONS_MISSING`, and what `connectClient` does
 */
export async function requireTable({ schema, table, ...options }: RequiredTable): Promise<void> {
  const client = await connectClient(options);
  try {
    const { rowCount } = await client.query(
      `select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2`,
      [schema, table],
    );
    if (rowCount !== 0) return;
    const { host, port, database } = client;
    throw new CausewayError('MIGRATIONS_MISSING', {
      details: { host, port, database: database ?? null, missing: `${schema}.${table}` },
    });
  } finally {
    await client.end();
  }
}
