import { sql, type QueryExecutorProvider } from 'kysely';

/** Other texts name no command, and Postgres would not take them for a number. */
const COMMAND_ID = /^\d{1,18}$/;
const MOST = 1000;

/** Which parked commands: all that is said must fit. */
export interface ParkedSelection {
  readonly ids?: readonly string[];
  readonly code?: string;
  /** The mapping's name, which is that of its pack. */
  readonly pack?: string;
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
  const { code = null, pack = null, connectionId = null, module = null, recordKey = null, limit = MOST } = selection;
  const ids = selection.ids?.filter((id) => COMMAND_ID.test(id)) ?? null;
  const { rows } = await sql<ParkedCommand>`
    select c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey", c.product, c.mapping as pack,
           c.entity_id as "entityId", c.module, c.operation, c.code, c.field, c.reason, c.created_at as "createdAt",
           (select count(*)::integer from ledger.commands o
             where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id > c.id
               and o.state in ('ready', 'in_flight', 'unknown', 'parked')) as waiting
      from ledger.commands c
     where c.state = 'parked'
       and (${ids}::bigint[] is null or c.id = any(${ids}::bigint[]))
       and (${code}::text is null or c.code = ${code}) and (${pack}::text is null or c.mapping = ${pack})
       and (${connectionId}::text is null or c.connection_id = ${connectionId})
       and (${module}::text is null or c.module = ${module})
       and (${recordKey}::text is null or c.record_key = ${recordKey})
       and (${selection.since ?? null}::timestamptz is null or c.created_at >= ${selection.since ?? null}::timestamptz)
       and (${selection.before ?? null}::timestamptz is null or c.created_at < ${selection.before ?? null}::timestamptz)
     order by c.id
     limit ${limit}`.execute(db);
  return rows;
}
