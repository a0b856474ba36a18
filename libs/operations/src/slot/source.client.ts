import { connectClient } from '#postgres';
import type { Client } from 'pg';
import { readServerIdentity, type ServerIdentity } from '#replication';
import type { SourceTarget } from './source.target.ts';

/** Shown in pg_stat_activity. */
export const APPLICATION_NAME = 'causeway-cli';

/** Runs `work` on a connection to the source database. @throws CausewayError `POSTGRES_UNREACHABLE` */
export async function withSource<T>(
  { url, replication = false }: Pick<SourceTarget, 'url'> & { readonly replication?: boolean },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connectClient({ url, applicationName: APPLICATION_NAME, replication });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Which server this is. Only a replication connection tells; it needs the attribute REPLICATION and a free WAL sender. */
export function readIdentity({ url }: Pick<SourceTarget, 'url'>): Promise<ServerIdentity> {
  return withSource({ url, replication: true }, readServerIdentity);
}

/** Who a process of the server works for, as it calls itself; empty when it cannot be seen. */
export async function applicationOf(client: Client, pid: number): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>(
    'select application_name as name from pg_stat_activity where pid = $1',
    [pid],
  );
  return rows[0]?.name ?? '';
}
