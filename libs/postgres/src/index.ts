export { arrayParameter } from './array.parameter.ts';
export { listen, type ListenOptions, type Listener } from './channel.listener.ts';
export { connectClient, type ClientOptions } from './client.factory.ts';
export { connectionRefusal } from './connection/connection.refusal.ts';
export { connectionSettings, type ConnectionSettings } from './connection/connection.settings.ts';
export { clientConfig } from './connection/postgres.client.ts';
export type { BigInteger, Computed, Decimal, Generated, JsonColumn, Timestamp } from './column.types.ts';
export { createDatabase } from './database.factory.ts';
export type { IntegrationDatabase } from './generated/integration.generated.ts';
export type { ProductDatabase } from './generated/product.generated.ts';
export { migrationFolder, readMigrations, type Migration } from './migration.files.ts';
export { migrate, type MigrateOptions } from './migration.runner.ts';
export { createPool, type PoolOptions } from './pool.factory.ts';
export { isConflict, isConnectionLost, isRetryable, retryDelayMs } from './retry.policy.ts';
export { arrayOf, arrayText, rowColumns, type RowColumn } from './row.columns.ts';
export { kyselyTypes } from './schema/kysely.types.ts';
export { readColumns, type ColumnRow } from './schema/relation.catalogue.ts';
export { dumpSchema } from './schema/schema.dump.ts';
export { requireTable } from './required.table.ts';
export { createScratchDatabase, type ScratchDatabase } from './scratch.database.ts';
export { SQLSTATE, errorCode, hasSqlState, type SqlState } from './sqlstate.ts';
export {
  requireTransaction,
  runStatement,
  type KyselyHandle,
  type Statement,
  type TransactionHandle,
} from './transaction.handle.ts';
export { transaction, type TransactionOptions } from './transaction.runner.ts';
