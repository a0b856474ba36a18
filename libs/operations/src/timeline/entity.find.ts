import { sql, type QueryExecutorProvider } from 'kysely';
import type { LifelineEntity, OwnMapping } from './lifeline.types.ts';

export interface EntityQuery {
  /** A product, or a module of the CRM. */
  readonly first: string;
  /** An entity of the product, or a record id of the module. */
  readonly second: string;
  readonly mappings: readonly OwnMapping[];
  /** Only of this tenant. */
  readonly tenantId?: string;
}

/**
 * Whose lifeline two words name: `portal u1` an entity by its product, `Leads 4711` the entity that this record belongs or belonged to.
 * More than one where several tenants, or connections, have something of this name; none where nobody has heard of it.
 */
export async function findEntities(db: QueryExecutorProvider, query: EntityQuery): Promise<LifelineEntity[]> {
  const { first, second, mappings, tenantId = null } = query;
  const names = mappings.filter(({ product }) => product === first).map(({ name }) => name);
  const { rows } = await sql<LifelineEntity>`
    with found as (
      select l.product, l.entity_id, n.tenant_id
        from connections.connections n cross join lateral (
          select product, entity_id from ledger.links
           where connection_id = n.id and module = ${first} and record_id = ${second} and not shared
          union all
          select product, entity_id from ledger.links
           where connection_id = n.id and module = ${first} and record_id = ${second} and shared
          union all
          select product, entity_id from ledger.former_links
           where connection_id = n.id and module = ${first} and record_id = ${second}) l
      union
      select ${first}, s.key, s.tenant_id from relay.states s where s.key = ${second} and s.mapping = any(${names}::text[])
      union
      select c.product, c.entity_id, n.tenant_id
        from (select distinct product, entity_id, connection_id from ledger.commands
               where entity_id = ${second} and product = ${first}) c
        join connections.connections n on n.id = c.connection_id
      union
      select l.product, l.entity_id, n.tenant_id
        from ledger.links l join connections.connections n on n.id = l.connection_id
       where l.product = ${first} and l.entity_id = ${second}
    )
    select distinct product, entity_id as "entityId", tenant_id as "tenantId" from found
     where ${tenantId}::text is null or tenant_id = ${tenantId}
     order by 1, 2, 3`.execute(db);
  return rows;
}
