import { sql, type QueryExecutorProvider } from 'kysely';
import { recordKeyOf, type JsonObject } from '#contracts';
import type { NewCommand, RecordOfConnection } from '#ledger';
import { firstWrite, ownState, withSettings, type Mapping } from '#mapping';

/** The write of all that the present state wants of a record, or why there is none. */
export type Projected = { readonly write: NewCommand } | { readonly missing: string };

interface OriginRow {
  product: string;
  entityType: string;
  entityId: string;
  mapping: string;
  eventId: string;
  occurredAt: string;
  tenantId: string;
  settings: JsonObject;
}

export interface ProjectedRecord extends RecordOfConnection {
  /** `make`: the record is made with these fields; `assert`: it is there, and what goes out with a new record alone is left to the CRM. */
  readonly how: 'make' | 'assert';
}

/**
 * Projects a record from the state of its entity, as it is now. Locks the state's row, so that in this transaction no event of the
 * entity is folded in between. What stands in a queue for a conversion is made by a write here: its record was there once.
 */
export async function projectRecord(
  trx: QueryExecutorProvider,
  mappings: readonly Mapping[],
  { connectionId, recordKey, how }: ProjectedRecord,
): Promise<Projected> {
  const { rows } = await sql<OriginRow>`
    select c.product, c.entity_type as "entityType", c.entity_id as "entityId", c.mapping, c.event_id as "eventId",
           to_char(c.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "occurredAt",
           n.tenant_id as "tenantId", n.settings
      from ledger.commands c
      join connections.connections n on n.id = c.connection_id
     where c.connection_id = ${connectionId} and c.record_key = ${recordKey}
       and c.id = (select max(o.id) from ledger.commands o
                    where o.connection_id = c.connection_id and o.record_key = c.record_key)`.execute(trx);
  const [origin] = rows;
  if (origin === undefined) return { missing: `nothing is known of ${recordKey} in ${connectionId}` };
  const { product, entityType, entityId, eventId, occurredAt, tenantId, settings } = origin;
  const mapping = mappings.find(({ name }) => name === origin.mapping);
  if (mapping === undefined) return { missing: `the pack ${origin.mapping} is not loaded (CAUSEWAY_PACKS)` };
  const owner = mapping.scope === 'connection' ? connectionId : null;
  const { rows: states } = await sql<{ state: JsonObject }>`
    select state from relay.states
     where mapping = ${mapping.name} and tenant_id = ${tenantId} and key = ${entityId}
       and connection_id = ${owner ?? ''} for update`.execute(trx);
  const [known] = states;
  if (known === undefined) return { missing: `there is no state of ${entityId} in ${mapping.name}` };
  const configured = withSettings(mapping, settings, owner);
  const wanted = configured
    .project(ownState(known.state), configured.settings)
    .find((record) => recordKeyOf(record) === recordKey);
  if (wanted === undefined) return { missing: `the product does not want ${recordKey} any more` };
  const { linkOnly: _, ...command } = firstWrite(how === 'make' ? wanted : { ...wanted, onCreate: {} });
  const { name, version: mappingVersion } = mapping;
  const of = { connectionId, product, entityType, entityId, mapping: name, mappingVersion, eventId, occurredAt };
  return { write: { origin: { ...of, lane: 'live' }, command } };
}
