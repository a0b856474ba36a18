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

/** By tenant; a tenant of several accounts at the destination has several, in the order of their accounts. */
export type TenantConnections = ReadonlyMap<string, readonly FoldConnection[]>;

/** The connections of these tenants to the mapping's destination, in one query; none is deleted before the commit. */
export async function loadConnections(
  trx: QueryExecutorProvider,
  { destination }: Pick<Mapping, 'destination'>,
  tenants: readonly string[],
): Promise<TenantConnections> {
  const { rows } = await sql<FoldConnection & { tenant_id: string }>`
    select id, tenant_id, state, settings from connections.connections
     where destination = ${destination} and tenant_id = any(${[...new Set(tenants)]}::text[])
     order by tenant_id, account, id for key share`.execute(trx);
  const byTenant = Map.groupBy(rows, ({ tenant_id: tenantId }) => tenantId);
  return new Map(
    [...byTenant].map(([tenantId, own]) => [tenantId, own.map(({ id, state, settings }) => ({ id, state, settings }))]),
  );
}
