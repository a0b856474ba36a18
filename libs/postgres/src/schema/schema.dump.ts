import type { ClientBase } from 'pg';
import { BLOCKS } from './dump.queries.ts';

/**
 * What migrations made of a database, as readable SQL: one text for each object with all that hangs on it (constraints, indexes,
 * triggers, comments, grants). Made from the catalogs, for people who review a change; the migrations are what is run.
 * @param client its search path is emptied for the session
 */
export async function dumpSchema(client: ClientBase): Promise<string[]> {
  // Postgres writes a name with its schema only if the search path does not find it.
  await client.query(`select set_config('search_path', '', false)`);
  const { rows } = await client.query<{ lines: string[] }>(
    `select lines from (${BLOCKS}) as blocks order by schema collate "C", rank, name collate "C"`,
  );
  return rows.map(({ lines }) => lines.join('\n'));
}
