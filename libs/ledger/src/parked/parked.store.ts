import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';

/** Other texts name no command, and Postgres would not take them for a number. */
const COMMAND_ID = /^\d{1,18}$/;
const MOST = 1000;

/** Which parked commands: all that is said must fit. */
export interface ParkedSelection {
  readonly ids?: readonly string[];
  readonly code?: string;
  /** The mapping's name, which is that of its pack. */
  readonly pack?: string;
  /** Made by this version of the mapping. */
  readonly mappingVersion?: number;
  readonly connectionId?: string;
  readonly module?: string;
  readonly recordKey?: string;
  /** Made at this time or later; before this time. */
  readonly since?: Date;
  readonly before?: Date;
  /** The oldest ones. Default: 1000. */
  readonly limit?: number;
}

export interface ParkedCommand {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly product: string;
  readonly pack: string;
  readonly entityId: string;
  readonly module: string;
  readonly operation: string;
  readonly code: string;
  readonly field: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
  /** Later commands of the same record that wait behind it. */
  readonly waiting: number;
}

/** Parked commands, oldest first. */
export async function listParked(db: QueryExecutorProvider, selection: ParkedSelection = {}): Promise<ParkedCommand[]> {
  const { rows } = await sql<ParkedCommand>`
    select c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey", c.product, c.mapping as pack,
           c.entity_id as "entityId", c.module, c.operation, c.code, c.field, c.reason, c.created_at as "createdAt",
           (select count(*)::integer from ledger.commands o
             where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id > c.id
               and o.state in ('ready', 'in_flight', 'unknown', 'parked')) as waiting
      from ledger.commands c
     where ${chosenBy(selection)}
     order by c.id
     limit ${selection.limit ?? MOST}`.execute(db);
  return rows;
}

/** Parked commands that have something in common, counted. */
export interface ParkedCount {
  readonly connectionId: string;
  readonly pack: string;
  readonly mappingVersion: number;
  readonly code: string;
  readonly commands: number;
}

/** How many parked commands there are of which kind; `limit` is left aside. */
export async function countParked(db: QueryExecutorProvider, selection: ParkedSelection): Promise<ParkedCount[]> {
  const { rows } = await sql<ParkedCount>`
    select c.connection_id as "connectionId", c.mapping as pack, c.mapping_version as "mappingVersion", c.code,
           count(*)::integer as commands
      from ledger.commands c
     where ${chosenBy(selection)}
     group by c.connection_id, c.mapping, c.mapping_version, c.code
     order by count(*) desc, c.connection_id, c.mapping, c.mapping_version, c.code`.execute(db);
  return rows;
}

/** A parked command, as a walk over very many of them needs it. */
export type ParkedPlace = Pick<ParkedCommand, 'id' | 'connectionId' | 'recordKey' | 'code'>;

export interface ParkedPage {
  readonly selection: ParkedSelection;
  /** Only those behind this one, and up to that one. */
  readonly after: string;
  readonly upTo: string;
  readonly limit: number;
}

/** The next ones of a walk, oldest first, each with its row locked; one that somebody else has his hands on is left to him. */
export async function lockParked(trx: QueryExecutorProvider, page: ParkedPage): Promise<ParkedPlace[]> {
  const { rows } = await sql<ParkedPlace>`
    select c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey", c.code
      from ledger.commands c
     where ${chosenBy(page.selection)} and c.id > ${page.after}::bigint and c.id <= ${page.upTo}::bigint
     order by c.id
     limit ${page.limit}
       for update skip locked`.execute(trx);
  return rows;
}

/** The newest of the chosen ones; null: there is none. */
export async function newestParked(db: QueryExecutorProvider, selection: ParkedSelection): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`
    select max(c.id)::text as id from ledger.commands c where ${chosenBy(selection)}`.execute(db);
  return rows[0]?.id ?? null;
}

function chosenBy(selection: ParkedSelection): RawBuilder<unknown> {
  const { code = null, pack = null, mappingVersion = null, connectionId = null, module = null } = selection;
  const { recordKey = null, since = null, before = null } = selection;
  const ids = selection.ids?.filter((id) => COMMAND_ID.test(id)) ?? null;
  return sql`
        c.state = 'parked'
    and (${ids}::bigint[] is null or c.id = any(${ids}::bigint[]))
    and (${code}::text is null or c.code = ${code}) and (${pack}::text is null or c.mapping = ${pack})
    and (${mappingVersion}::integer is null or c.mapping_version = ${mappingVersion}::integer)
    and (${connectionId}::text is null or c.connection_id = ${connectionId})
    and (${module}::text is null or c.module = ${module})
    and (${recordKey}::text is null or c.record_key = ${recordKey})
    and (${since}::timestamptz is null or c.created_at >= ${since}::timestamptz)
    and (${before}::timestamptz is null or c.created_at < ${before}::timestamptz)`;
}
