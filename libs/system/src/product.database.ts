import { sql } from 'kysely';
import type { Pack } from '#packs';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ProductDatabase,
} from '#postgres';
import { PRODUCT_TABLES } from './product.tables.ts';

/** A database of this run, dropped at its end. */
export interface RunDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates a product's database: its own tables, the outbox, and the capture that the pack declares. */
export async function createProductDatabase(adminUrl: string, pack: Pack): Promise<RunDatabase> {
  const database = await createScratchDatabase({ adminUrl, prefix: pack.product.replaceAll(/[^a-z0-9_]/g, '_') });
  await migrate({ url: database.url, folder: migrationFolder('product') });
  const db = createDatabase<ProductDatabase>(
    createPool({ url: database.url, max: 1, applicationName: 'causeway-setup' }),
  );
  try {
    // A product of one tenant uses its own name as tenant id; connections that are made from here on know it.
    await sql`alter database ${sql.id(database.name)} set outbox.tenant = ${sql.lit(pack.product)}`.execute(db);
    const tables = PRODUCT_TABLES[pack.product];
    if (tables !== undefined) await sql.raw(tables).execute(db);
    const { capture } = pack.mapping;
    if (capture !== null) {
      await sql`
        select outbox.capture(${capture.table}, aggregate_type => ${capture.aggregateType},
                              id_column => ${capture.idColumn}, tenant_id => ${capture.tenantId},
                              columns => ${[...capture.columns]}::text[])`.execute(db);
    }
  } finally {
    await db.destroy();
  }
  return database;
}

/** Creates the integration database: an outbox of its own, connections, relay, ledger and webhooks. */
export async function createIntegrationDatabase(adminUrl: string): Promise<RunDatabase> {
  const database = await createScratchDatabase({ adminUrl, prefix: 'integration' });
  for (const folder of ['product', 'integration'] as const) {
    await migrate({ url: database.url, folder: migrationFolder(folder) });
  }
  return database;
}
