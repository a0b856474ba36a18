import { sql, type QueryExecutorProvider } from 'kysely';
import { ERROR_CATALOGUE, type CatalogueEntry, type ErrorCode, type JsonObject } from '#contracts';
import { HAS_TOKENS } from '#ledger';

const MOST = 100;
const COMMAND_ID = /^\d{1,18}$/;

/** A command as people see it. */
export interface CommandLine {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly pack: string;
  readonly operation: string;
  readonly lane: string;
  readonly state: string;
  readonly code: string | null;
  /** Tries that count: what met no room, or was given back, does not. */
  readonly attempts: number;
  readonly ageSeconds: number;
  /** What it waits for: an earlier command of its record, links of records, a pause, a hold; empty when it may go out. */
  readonly waitingFor: readonly string[];
}

export interface CommandQuery {
  readonly ids?: readonly string[];
  readonly connectionId?: string;
  readonly pack?: string;
  readonly module?: string;
  readonly recordKey?: string;
  /** A state of the ledger, or `open` for all that are not ended. Default: `open`. */
  readonly state?: string;
  readonly limit?: number;
}

interface LineRow extends Omit<CommandLine, 'waitingFor'> {
  behind: string | null;
  behindState: string | null;
  links: string[];
  pauseSeconds: number;
  held: boolean;
  throttled: boolean;
  connectionState: string;
  circuit: string;
}

/** Commands, oldest first, with what they wait for. */
export async function listCommands(db: QueryExecutorProvider, query: CommandQuery = {}): Promise<CommandLine[]> {
  const { connectionId = null, pack = null, module = null, recordKey = null, limit = MOST } = query;
  const ids = query.ids?.filter((id) => COMMAND_ID.test(id)) ?? null;
  const states = query.state === undefined || query.state === 'open' ? OPEN : [query.state];
  const { rows } = await sql<LineRow>`
    select c.id::text, c.connection_id as "connectionId", c.record_key as "recordKey", c.mapping as pack, c.operation, c.lane,
           c.state, c.code, c.attempts_started - c.throttles as attempts,
           round(extract(epoch from now() - c.created_at))::integer as "ageSeconds",
           b.id::text as behind, b.state as "behindState", n.state as "connectionState",
           coalesce(i.state, 'closed') as circuit,
           greatest(0, ceil(extract(epoch from c.not_before - now())))::integer as "pauseSeconds",
           exists (select 1 from ledger.holds h
                    where (h.connection_id is null or h.connection_id = c.connection_id)
                      and (h.mapping is null or h.mapping = c.mapping) and (h.operation is null or h.operation = c.operation)
                      and (h.module is null or h.module = c.module)
                      and (h.record_key is null or h.record_key = c.record_key)) as held,
           not ${HAS_TOKENS} as throttled,
           array(select x.record_key from unnest(c.needs || c.lookups) x (record_key)
                  where not exists (select 1 from ledger.links l
                                     where l.connection_id = c.connection_id and l.record_key = x.record_key)
                    and (x.record_key = any(c.needs) or not exists (
                         select 1 from ledger.unlinked u
                          where u.connection_id = c.connection_id and u.record_key = x.record_key))) as links
      from ledger.commands c
      join connections.connections n on n.id = c.connection_id
      left join ledger.circuits i on i.connection_id = c.connection_id
      left join lateral (
        select o.id, o.state from ledger.commands o
         where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id < c.id
           and o.state in ('ready', 'in_flight', 'unknown', 'parked')
         order by o.id limit 1) b on true
     where c.state = any(${states}::text[]) and (${ids}::bigint[] is null or c.id = any(${ids}::bigint[]))
       and (${connectionId}::text is null or c.connection_id = ${connectionId})
       and (${pack}::text is null or c.mapping = ${pack}) and (${module}::text is null or c.module = ${module})
       and (${recordKey}::text is null or c.record_key = ${recordKey})
     order by c.id
     limit ${limit}`.execute(db);
  return rows.map(toLine);
}

const OPEN = ['ready', 'in_flight', 'unknown', 'parked'];

function toLine(row: LineRow): CommandLine {
  const { behind, behindState, links, pauseSeconds, held, throttled, connectionState, circuit, ...line } = row;
  return { ...line, waitingFor: waitsFor(row) };

  function waitsFor({ state }: LineRow): string[] {
    if (state === 'parked') return ['a person'];
    if (state !== 'ready' && state !== 'unknown') return [];
    return [
      ...(behind === null ? [] : [`command ${behind} of its record (${behindState ?? ''})`]),
      ...links.map((key) => `the link of ${key}`),
      ...(connectionState === 'active' ? [] : [`the connection (${connectionState})`]),
      ...(held ? ['a hold'] : []),
      ...(throttled ? ['a throttle'] : []),
      ...(circuit === 'closed' ? [] : ['the CRM to answer again']),
      ...(pauseSeconds === 0 ? [] : [`${pauseSeconds} s`]),
    ];
  }
}

export interface CommandAttempt {
  readonly number: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly reason: string | null;
}

export interface CommandDetails extends CommandLine {
  readonly module: string;
  readonly entityId: string;
  readonly eventId: string;
  readonly reason: string | null;
  readonly field: string | null;
  readonly trigger: readonly string[];
  /** May hold personal data. */
  readonly fields: JsonObject;
  /** Those that the mapping asked for, where an operator changed them. */
  readonly originalFields: JsonObject | null;
  readonly link: { readonly module: string; readonly recordId: string; readonly generation: number } | null;
  /** What the code means, what to do and who can. */
  readonly explanation: CatalogueEntry | null;
  readonly history: readonly CommandAttempt[];
  /** Later open commands of the record. */
  readonly behindIt: readonly { readonly id: string; readonly operation: string; readonly state: string }[];
  readonly audit: readonly { readonly at: Date; readonly by: string; readonly verb: string; readonly reason: string }[];
}

/** Everything about one command; undefined when there is none of this id. */
export async function showCommand(db: QueryExecutorProvider, id: string): Promise<CommandDetails | undefined> {
  if (!COMMAND_ID.test(id)) return undefined;
  const { rows } = await sql<Omit<CommandDetails, keyof CommandLine | 'explanation'> & { state: string }>`
    select c.state, c.module, c.entity_id as "entityId", c.event_id as "eventId", c.reason, c.field, c.trigger, c.fields,
           c.original_fields as "originalFields",
           case when l.record_id is not null
                then jsonb_build_object('module', l.module, 'recordId', l.record_id, 'generation', l.generation) end as link,
           coalesce((select jsonb_agg(jsonb_build_object('number', a.number, 'startedAt', a.started_at, 'finishedAt', a.finished_at,
                                       'outcome', a.outcome, 'code', a.code, 'reason', a.reason) order by a.number)
                       from ledger.attempts a where a.command_id = c.id), '[]') as history,
           coalesce((select jsonb_agg(jsonb_build_object('id', o.id::text, 'operation', o.operation, 'state', o.state) order by o.id)
                       from ledger.commands o
                      where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id > c.id
                        and o.state in ('ready', 'in_flight', 'unknown', 'parked')), '[]') as "behindIt",
           coalesce((select jsonb_agg(jsonb_build_object('at', x.at, 'by', x.by_whom, 'verb', x.verb, 'reason', x.reason) order by x.id)
                       from ledger.audit x
                      where x.command_id = c.id
                         or (x.command_id is null and x.connection_id = c.connection_id and x.record_key = c.record_key)), '[]') as audit
      from ledger.commands c
      left join ledger.links l on l.connection_id = c.connection_id and l.record_key = c.record_key
     where c.id = ${id}::bigint`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const [line] = await listCommands(db, { ids: [id], state: row.state });
  if (line === undefined) return undefined;
  return { ...row, ...line, explanation: explanationOf(line.code) };
}

/** What the catalogue says of a code; null for none. */
export function explanationOf(code: string | null): CatalogueEntry | null {
  return code !== null && isCode(code) ? ERROR_CATALOGUE[code] : null;
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
