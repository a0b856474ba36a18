/** Codes of migrations; part of the catalogue (error.catalogue.ts). */
export const migrationErrors = {
  MIGRATION_CHANGED: {
    meaning: 'A migration that was applied before has another text now',
    action: 'Restore the file as it was and put the change into a new migration with the next number.',
    owner: 'platform',
  },
  MIGRATION_FAILED: {
    meaning: 'A migration failed and was rolled back; those before it stay',
    action: 'Correct what the reason names, then start again: it goes on with this file.',
    owner: 'platform',
  },
  MIGRATIONS_MISSING: {
    meaning: 'The database does not have the tables that this release needs',
    action:
      'Check that the URL names the right database; if so, run causeway migrate product or causeway migrate integration on it, as its owner, and start again.',
    owner: 'platform',
  },
} as const;
