import { CausewayError } from '#contracts';
import { parseLsn, type Lsn } from './lsn.ts';
import type { SqlClient } from './sql.client.ts';

export interface ServerFacts {
  /** As `server_version_num`: 180004. */
  readonly version: number;
  readonly database: string;
  readonly walLevel: string;
  /** Where the next WAL record will be written; on a standby, where it has replayed to. */
  readonly walEnd: Lsn;
  /** A standby: it follows a primary and can neither create a slot nor have a failover slot read. */
  readonly inRecovery: boolean;
}

type FactsRow = { version: number; database: string; wal_level: string; wal_end: string; in_recovery: boolean };

/** Reads what the checks of the source need. */
export async function readServerFacts(client: SqlClient): Promise<ServerFacts> {
  const { rows } = await client.query<FactsRow>(
    `select current_setting('server_version_num')::int as version, current_database()::text as database,
            current_setting('wal_level') as wal_level, pg_is_in_recovery() as in_recovery,
            case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end::text as wal_end`,
  );
  const [facts] = rows;
  if (facts === undefined) throw new CausewayError('REPLICATION_BROKEN', { details: { asked: 'server facts' } });
  const { version, database, wal_level: walLevel, wal_end: walEnd, in_recovery: inRecovery } = facts;
  return { version, database, walLevel, walEnd: parseLsn(walEnd), inRecovery };
}

/** An address may lead to a standby for a while, until that is promoted or the address leads to the primary again. */
export function requirePrimary({ inRecovery, database }: ServerFacts): void {
  if (inRecovery) throw new CausewayError('SOURCE_IS_STANDBY', { details: { database } });
}

/** @throws CausewayError `WAL_LEVEL_NOT_LOGICAL` */
export function requireLogicalWal(facts: ServerFacts): void {
  if (facts.walLevel === 'logical') return;
  throw new CausewayError('WAL_LEVEL_NOT_LOGICAL', { details: { wal_level: facts.walLevel } });
}
