import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { connectionOf, stateKey, type TenantConnections } from '#folding';
import { ownState, withSettings, type Mapping, type WantedRecord } from '#mapping';
import type { ReplayedKey } from '../fold/replay.fold.ts';

type Key = Pick<ReplayedKey, 'tenantId' | 'key' | 'connectionId'>;

/** The states of keys as the relay has them, by `stateKey`; nothing is locked. */
export async function readStates(
  db: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  keys: readonly Key[],
): Promise<Map<string, JsonObject>> {
  const { rows } = await sql<{ tenant_id: string; key: string; connection_id: string; state: JsonObject }>`
    select s.tenant_id, s.key, s.connection_id, s.state
      from unnest(${keys.map(({ tenantId }) => tenantId)}::text[], ${keys.map(({ key }) => key)}::text[],
                  ${keys.map(({ connectionId = '' }) => connectionId)}::text[]) as k (tenant_id, key, connection_id)
      join relay.states s on s.mapping = ${name} and s.tenant_id = k.tenant_id and s.key = k.key
                         and s.connection_id = k.connection_id
     where s.state is not null`.execute(db);
  return new Map(
    rows.map(({ tenant_id: tenantId, key, connection_id: connectionId, state }) => [
      stateKey({ tenantId, key, connectionId }),
      state,
    ]),
  );
}

/** What a stored state projects, through a mapping with its connection's settings; null where that cannot be said. */
export function projectionOf(
  mapping: Mapping,
  { key, state, connections }: { key: Key; state: JsonObject | undefined; connections: TenantConnections },
): readonly WantedRecord[] | null {
  if (state === undefined) return [];
  const connection = connectionOf(connections, key);
  if (connection === undefined) return null;
  try {
    const own = withSettings(mapping, connection.settings, mapping.scope === 'connection' ? connection.id : null);
    return own.project(ownState(state), own.settings);
  } catch {
    // The state is of a version that this one cannot read.
    return null;
  }
}
