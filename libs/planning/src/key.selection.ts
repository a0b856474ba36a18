import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { stateKey } from '#folding';
import type { Mapping } from '#mapping';
import type { StateName } from './plan.types.ts';

/** Which states a plan is about: all that is said must fit; nothing said means all of the mapping. */
export interface KeySelection {
  readonly tenantId?: string;
  /** Of states that belong to a connection. */
  readonly connectionId?: string;
  readonly keys?: readonly string[];
  /** Made by this version of the mapping. */
  readonly version?: number;
  /** An event of this type was folded into it. */
  readonly type?: string;
  /** Something was folded that reached us at this time or later; before this time. */
  readonly since?: Date;
  readonly until?: Date;
}

export interface StoredKey extends StateName {
  readonly state: JsonObject;
  readonly sequence: number;
  readonly schedule: string | null;
  readonly version: number;
}

export interface KeyPage {
  readonly selection: KeySelection;
  /** The key behind which it begins. */
  readonly after: StateName | null;
  readonly limit: number;
}

/** Some of the chosen states, in the order of their names. */
export async function readKeys(
  db: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  { selection, after, limit }: KeyPage,
): Promise<StoredKey[]> {
  const { tenantId = null, connectionId = null, keys = null, version = null } = selection;
  const { rows } = await sql<Omit<StoredKey, 'sequence'> & { sequence: string }>`
    select s.tenant_id as "tenantId", s.key, s.connection_id as "connectionId", s.state, s.sequence::text as sequence, s.schedule,
           s.mapping_version as version
      from relay.states s
     where s.mapping = ${name} and s.state is not null
       and (${after === null} or (s.tenant_id, s.key, s.connection_id)
            > (${after?.tenantId ?? ''}, ${after?.key ?? ''}, ${after?.connectionId ?? ''}))
       and (${tenantId}::text is null or s.tenant_id = ${tenantId})
       and (${connectionId}::text is null or s.connection_id = ${connectionId})
       and (${version}::integer is null or s.mapping_version = ${version}::integer)
       and (${keys === null} or s.key = any(${[...(keys ?? [])]}::text[]))
       and ${wasFolded(selection)}
     order by s.tenant_id, s.key, s.connection_id
     limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

function wasFolded({ type, since, until }: KeySelection) {
  if (type === undefined && since === undefined && until === undefined) return sql`true`;
  return sql`
    exists (select 1 from relay.folds f
             where f.mapping = s.mapping and f.tenant_id = s.tenant_id and f.key = s.key and f.connection_id = s.connection_id
               and (${type ?? null}::text is null or f.event_type = ${type ?? null})
               and (${since ?? null}::timestamptz is null or f.produced_at >= ${since ?? null}::timestamptz)
               and (${until ?? null}::timestamptz is null or f.produced_at < ${until ?? null}::timestamptz))`;
}

export interface LastEvent {
  readonly eventId: string;
  /** RFC 3339. */
  readonly occurredAt: string;
  /** That of the commands of the key; null: it had none. */
  readonly entityType: string | null;
}

/** The last thing that was folded into each of these states: what the commands of a plan are said to come from. By `stateKey`. */
export async function lastEvents(
  db: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  states: readonly StateName[],
): Promise<Map<string, LastEvent>> {
  const { rows } = await sql<StateName & LastEvent>`
    select k.tenant_id as "tenantId", k.key, k.connection_id as "connectionId", f.event_id as "eventId",
           to_char(f.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "occurredAt",
           (select c.entity_type from ledger.commands c
             where c.entity_id = k.key and c.mapping = ${name} order by c.id desc limit 1) as "entityType"
      from unnest(${states.map(({ tenantId }) => tenantId)}::text[], ${states.map(({ key }) => key)}::text[],
                  ${states.map(({ connectionId }) => connectionId)}::text[]) as k (tenant_id, key, connection_id)
     cross join lateral (
       select event_id, occurred_at from relay.folds f
        where f.mapping = ${name} and f.tenant_id = k.tenant_id and f.key = k.key and f.connection_id = k.connection_id
          and f.verdict = 'applied'
        order by f.id desc limit 1) f`.execute(db);
  return new Map(
    rows.map(({ tenantId, key, connectionId, ...event }) => [stateKey({ tenantId, key, connectionId }), event]),
  );
}
