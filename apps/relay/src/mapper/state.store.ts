import { sql, type QueryExecutorProvider } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import type { Mapping } from '#mapping';
import { stateKey } from './batch.fold.ts';

/** The states of all keys of a batch in one query, locked until the transaction ends. */
export async function loadStates(
  trx: QueryExecutorProvider,
  mapping: Mapping,
  events: readonly Pick<CausewayEvent, 'tenantId' | 'key'>[],
): Promise<Map<string, JsonObject>> {
  const keys = JSON.stringify([...new Set(events.map(stateKey))].map((key) => JSON.parse(key) as unknown));
  const { rows } = await sql<{ tenant_id: string; key: string; state: JsonObject }>`
    select s.tenant_id, s.key, s.state
      from relay.states s
      join jsonb_array_elements(${keys}::jsonb) k on s.tenant_id = k->>0 and s.key = k->>1
     where s.mapping = ${mapping.name}
     order by s.tenant_id, s.key
       for update of s`.execute(trx);
  return new Map(rows.map((row) => [stateKey({ tenantId: row.tenant_id, key: row.key }), row.state]));
}

/** Stores the states that changed, in one statement. */
export async function storeStates(
  trx: QueryExecutorProvider,
  mapping: Mapping,
  changed: ReadonlyMap<string, JsonObject>,
): Promise<void> {
  if (changed.size === 0) return;
  const rows = JSON.stringify([...changed].map(([key, state]) => ({ key: JSON.parse(key) as unknown, state })));
  await sql`
    insert into relay.states (mapping, tenant_id, key, mapping_version, state)
    select ${mapping.name}, r->'key'->>0, r->'key'->>1, ${mapping.version}::integer, r->'state'
      from jsonb_array_elements(${rows}::jsonb) r
        on conflict (mapping, tenant_id, key) do update
       set state = excluded.state, mapping_version = excluded.mapping_version, updated_at = now()`.execute(trx);
}
