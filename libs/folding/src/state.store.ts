import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import type { JsonObject } from '#contracts';
import type { Mapping } from '#mapping';
import { arrayOf } from '#postgres';
import { partsOfStateKey, stateKey, type KeyOfState } from './fold.step.ts';

/** What is stored of a key. */
export interface StoredState {
  /** Null before the first fold that changed it. */
  readonly state: JsonObject | null;
  /** How many steps of the key were folded. */
  readonly sequence: number;
  /** Which entries of the schedule were stored last (a digest); null for none. */
  readonly schedule: string | null;
}

/** What a batch leaves of a key. `text`: the new state as JSON; null where it is as it was. */
export interface StateChange {
  readonly text: string | null;
  readonly sequence: number;
  readonly schedule: string | null;
}

interface StateRow {
  tenant_id: string;
  key: string;
  connection_id: string;
  state: JsonObject | null;
  sequence: string;
  schedule: string | null;
}

/**
 * The states of all keys of a batch, each with its row locked until the transaction ends; a key that has none gets an empty one
 * first, so that two processes which fold a new key at the same moment wait for each other as well. All lock in the order of the keys:
 * first the inserts, which wait for those of others, then the rows. So two batches that meet on several keys do not deadlock.
 */
export async function lockStates(
  trx: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  keys: readonly KeyOfState[],
): Promise<Map<string, StoredState>> {
  const distinct = [...new Map(keys.map((key) => [stateKey(key), key])).values()];
  const given = keysOf(distinct.map(({ tenantId, key, connectionId = '' }) => [tenantId, key, connectionId]));
  await sql`
    insert into relay.states (mapping, tenant_id, key, connection_id, mapping_version)
    select ${name}, k.tenant_id, k.key, k.connection_id, 0
      from unnest(${given}) as k (tenant_id, key, connection_id)
     where not exists (
       select 1 from relay.states s
        where s.mapping = ${name} and s.tenant_id = k.tenant_id and s.key = k.key and s.connection_id = k.connection_id)
     order by k.tenant_id, k.key, k.connection_id
        on conflict do nothing`.execute(trx);
  const { rows } = await sql<StateRow>`
    select s.tenant_id, s.key, s.connection_id, s.state, s.sequence::text as sequence, s.schedule
      from relay.states s
      join unnest(${given}) as k (tenant_id, key, connection_id)
        on s.tenant_id = k.tenant_id and s.key = k.key and s.connection_id = k.connection_id
     where s.mapping = ${name}
     order by s.tenant_id, s.key, s.connection_id
       for update of s`.execute(trx);
  return new Map(
    rows.map(({ tenant_id: tenantId, key, connection_id: connectionId, state, sequence, schedule }) => [
      stateKey({ tenantId, key, connectionId }),
      { state, sequence: Number(sequence), schedule },
    ]),
  );
}

/** Stores what a batch left of its keys, in one statement; their rows are locked by then. */
export async function storeStates(
  trx: QueryExecutorProvider,
  { name, version }: Pick<Mapping, 'name' | 'version'>,
  changes: ReadonlyMap<string, StateChange>,
): Promise<void> {
  if (changes.size === 0) return;
  const given = keysOf([...changes.keys()].map((key) => partsOfStateKey(key)));
  const values = [...changes.values()];
  const texts = values.map(({ text }) => text);
  const sequences = values.map(({ sequence }) => sequence);
  const schedules = values.map(({ schedule }) => schedule);
  await sql`
    update relay.states s
       set state = coalesce(r.state::jsonb, s.state), sequence = r.sequence, schedule = r.schedule,
           mapping_version = case when r.state is null then s.mapping_version else ${version}::integer end,
           updated_at = case when r.state is null then s.updated_at else now() end
      from unnest(${given}, ${arrayOf('text', texts)}, ${arrayOf('bigint', sequences)}, ${arrayOf('text', schedules)})
             as r (tenant_id, key, connection_id, state, sequence, schedule)
     where s.mapping = ${name} and s.tenant_id = r.tenant_id and s.key = r.key and s.connection_id = r.connection_id`.execute(
    trx,
  );
}

/** Three columns side by side: tenant, key, connection. */
function keysOf(
  keys: readonly (readonly [tenantId: string, key: string, connectionId: string])[],
): RawBuilder<unknown> {
  return sql.join(
    [0, 1, 2].map((part) =>
      arrayOf(
        'text',
        keys.map((key) => key[part] ?? ''),
      ),
    ),
  );
}
