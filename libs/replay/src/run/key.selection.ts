import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import type { Mapping } from '#mapping';
import { selectedTopics, type Selection } from '../selection.ts';

export interface SelectKeys {
  readonly mapping: Mapping;
  readonly selection: Selection;
  readonly topicPrefix: string;
}

/** What a selection means: how many events are in it, of how many keys, of whom. */
export interface SelectedKeys {
  readonly events: number;
  readonly keys: number;
  readonly tenants: readonly string[];
}

export async function countKeys(db: QueryExecutorProvider, query: SelectKeys): Promise<SelectedKeys> {
  const { rows } = await sql<SelectedKeys>`
    select count(*)::integer as events, count(distinct (tenant_id, key, connection_id))::integer as keys,
           coalesce(array_agg(distinct tenant_id), '{}') as tenants
      from relay.folds where ${condition(query)}`.execute(db);
  return rows[0] ?? { events: 0, keys: 0, tenants: [] };
}

/** Writes down the keys of a replay, in their order. Of a shadow each once, however many connections have a state of it. */
export async function storeKeys(
  trx: QueryExecutorProvider,
  { id, isShadow, ...query }: SelectKeys & { readonly id: string; readonly isShadow: boolean },
): Promise<number> {
  const owner = isShadow ? sql`min(connection_id)` : sql`connection_id`;
  const { numAffectedRows = 0n } = await sql`
    insert into relay.replay_keys (replay_id, ordinal, tenant_id, key, connection_id)
    select ${id}::bigint, row_number() over (order by tenant_id, key, owner), tenant_id, key, owner
      from (select tenant_id, key, ${owner} as owner from relay.folds where ${condition(query)}
             group by tenant_id, key ${isShadow ? sql`` : sql`, connection_id`}) k`.execute(trx);
  return Number(numAffectedRows);
}

function condition({ mapping, selection, topicPrefix }: SelectKeys): RawBuilder<unknown> {
  const { from, to, keys, tenantId, types, aggregates } = selection;
  const topics = aggregates === undefined ? null : selectedTopics(mapping, { selection, topicPrefix });
  const conditions = [
    sql`mapping = ${mapping.name}`,
    ...(from === undefined ? [] : [sql`produced_at >= ${new Date(from).toISOString()}::timestamptz`]),
    ...(to === undefined ? [] : [sql`produced_at < ${new Date(to).toISOString()}::timestamptz`]),
    ...(keys === undefined ? [] : [sql`key = any(${[...keys]}::text[])`]),
    ...(tenantId === undefined ? [] : [sql`tenant_id = ${tenantId}`]),
    ...(types === undefined ? [] : [sql`event_type = any(${[...types]}::text[])`]),
    ...(topics === null ? [] : [sql`topic = any(${topics}::text[])`]),
  ];
  return sql.join(conditions, sql` and `);
}
