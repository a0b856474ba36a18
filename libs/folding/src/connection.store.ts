import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import type { Mapping } from '#mapping';

/** What the fold needs to know of a tenant's connection. */
export interface FoldConnection {
  readonly id: string;
  readonly state: 'active' | 'paused' | 'action_needed' | 'disconnected';
  /** Constants of the fold; each mapping reads its own of them. */
  readonly settings: JsonObject;
}

/** The connections of these tenants to the mapping's destination, by tenant, in one query; none is deleted before the commit. */
export async function loadConnections(
  trx: QueryExecutorProvider,
  { destination }: Pick<Mapping, 'destination'>,
  tenants: readonly string[],
): Promise<Map<string, FoldConnection>> {
  const { rows } = await sql<FoldConnection & { tenant_id: string }>`
    select id, tenant_id, state, settings from connections.connections
     where destination = ${destination} and tenant_id = any(${[...new Set(tenants)]}::text[])
     order by id for key share`.execute(trx);
  return new Map(rows.map((row) => [row.tenant_id, { id: row.id, state: row.state, settings: row.settings }]));
}
