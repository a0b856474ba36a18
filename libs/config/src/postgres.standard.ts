import type { Environment, Option, StandardSetting } from './option.ts';

/** Any of these says which database is meant; the rest of the PG* variables only say how to reach it. */
const NAMING = ['PGHOST', 'PGDATABASE', 'PGUSER'];

/**
 * Where a Postgres URL comes from when our own option is not set: `DATABASE_URL`, else a URL that leaves everything to the PG*
 * variables, if those name a server, a database or a role.
 */
export const standardPostgresUrl: StandardSetting = {
  name: 'DATABASE_URL or PG*',
  read: (env) => {
    const url = env['DATABASE_URL'];
    if (url !== undefined && url !== '') return url;
    return NAMING.some((name) => (env[name] ?? '') !== '') ? 'postgres://' : undefined;
  },
};

/** True when the environment holds our own option, or names the file of it: a standard setting may be meant for others. */
export function isOwnOptionSet({ env: name }: Option<unknown>, env: Environment): boolean {
  return env[name] !== undefined || env[`${name}_FILE`] !== undefined;
}
