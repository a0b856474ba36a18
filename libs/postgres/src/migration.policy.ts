import type { Migration } from './migration.files.ts';

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

export interface MigrationPlan {
  /** Applied before with another text: nothing may go on. */
  readonly changed: readonly string[];
  readonly pending: readonly Migration[];
}

/**
 * What is left to do. Migrations that were applied but have no file are left alone: an older release may start while a newer one
 * has migrated already.
 */
export function planMigrations(files: readonly Migration[], applied: readonly AppliedMigration[]): MigrationPlan {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  return {
    changed: files
      .filter((file) => (checksums.get(file.name) ?? file.checksum) !== file.checksum)
      .map(({ name }) => name),
    pending: files.filter(({ name }) => !checksums.has(name)),
  };
}
