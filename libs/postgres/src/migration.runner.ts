import { basename } from 'node:path';
import type { Client } from 'pg';
import { CausewayError } from '#contracts';
import type { Logger } from '#observability';
import { connectClient } from './client.factory.ts';
import { readMigrations, type Migration } from './migration.files.ts';
import { planMigrations, type AppliedMigration } from './migration.policy.ts';

export interface MigrateOptions {
  /** The role needs the right to create schemas, roles and publications. */
  readonly url: string;
  /** Folder of numbered SQL files. Its last name keeps its files apart from those of other folders in one database. */
  readonly folder: string;
  readonly logger?: Logger;
}

interface Run {
  readonly client: Client;
  readonly folder: string;
  readonly files: readonly Migration[];
}

/** Taken in each transaction, so two processes that start at once take turns. One number for all folders of a database. */
const LOCK = `select pg_advisory_xact_lock(hashtextextended('causeway.migrations', 0))`;

const BOOKKEEPING = `
  create schema if not exists causeway;
  create table if not exists causeway.migrations (
    folder text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (folder, name)
  )`;

/**
 * Applies the SQL files of a folder that were not applied yet, each in a transaction of its own, and returns their names.
 * @throws CausewayError `MIGRATION_CHANGED` when an applied file has another text now, `MIGRATION_FAILED` when one fails (it is
 * rolled back, those before it stay), `POSTGRES_UNREACHABLE`.
 */
export async function migrate({ url, folder, logger }: MigrateOptions): Promise<string[]> {
  const files = await readMigrations(folder);
  const client = await connectClient({ url, applicationName: 'causeway-migrate' });
  const names: string[] = [];
  try {
    for (;;) {
      const name = await applyNext({ client, folder: basename(folder), files });
      if (name === undefined) return names;
      names.push(name);
      logger?.info({ folder: basename(folder), migration: name }, 'migration applied');
    }
  } finally {
    await client.end();
  }
}

/** Decides and applies under the lock: another process may have applied the file since the last look. */
async function applyNext({ client, folder, files }: Run): Promise<string | undefined> {
  await client.query('begin');
  try {
    await client.query(LOCK);
    await client.query(BOOKKEEPING);
    const applied = await client.query<AppliedMigration>(
      'select name, checksum from causeway.migrations where folder = $1',
      [folder],
    );
    const { changed, pending } = planMigrations(files, applied.rows);
    if (changed[0] !== undefined)
      throw new CausewayError('MIGRATION_CHANGED', { details: { folder, name: changed[0] } });
    const next = pending[0];
    if (next !== undefined) await apply(client, { folder, file: next });
    await client.query('commit');
    return next?.name;
  } catch (error) {
    // A lost connection has rolled back by itself; its own error is the one to see.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function apply(client: Client, { folder, file }: { folder: string; file: Migration }): Promise<void> {
  try {
    await client.query(file.text);
  } catch (error) {
    const line = lineOfError(file.text, error);
    throw new CausewayError('MIGRATION_FAILED', {
      details: { folder, name: file.name, line, reason: error instanceof Error ? error.message : String(error) },
      cause: error,
    });
  }
  await client.query('insert into causeway.migrations (folder, name, checksum) values ($1, $2, $3)', [
    folder,
    file.name,
    file.checksum,
  ]);
}

/** The server gives the position of a syntax error in characters from 1. */
function lineOfError(text: string, error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('position' in error)) return null;
  const position = Number(error.position);
  return position > 0 ? text.slice(0, position).split('\n').length : null;
}
