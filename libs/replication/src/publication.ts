import { CausewayError } from '#contracts';
import type { SqlClient } from './sql.client.ts';

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

export interface PublicationState {
  readonly exists: boolean;
  /**
   * Names one life of the publication with regard to the table: `<birth>/<...>`. It is another one after the publication was
   * created again, or altered in what it sends of the table, also if it is as before in the end. Empty when there is none.
   */
  readonly id: string;
  readonly publishesInserts: boolean;
  /** Rows of a partitioned table are sent under the table's own name; true as well when it has no partitions. */
  readonly namesTheTable: boolean;
  readonly holdsTable: boolean;
  /** Rows are left out by a condition. */
  readonly filtersRows: boolean;
  /** Columns that are sent; null when the table is not held. */
  readonly columns: readonly string[] | null;
}

/** What a source needs of a publication. */
export interface PublicationNeed {
  readonly name: string;
  readonly table: TableName;
  /** Columns that must be sent; not looked at when left out. */
  readonly columns?: readonly string[];
}

type StateRow = {
  id: string;
  inserts: boolean;
  names_table: boolean;
  holds: boolean;
  filters: boolean | null;
  columns: string[] | null;
};

/**
 * Reads what a publication would send of one table. Its identity is made of object ids and of the transactions that wrote the
 * catalogue rows last: Postgres changes one of them with every change of what is sent, and never back.
 */
export async function inspectPublication(
  client: SqlClient,
  { name, table }: Pick<PublicationNeed, 'name' | 'table'>,
): Promise<PublicationState> {
  const { rows } = await client.query<StateRow>(
    `select p.oid || '/' || p.xmin || '/' || coalesce(c.oid, 0) || '/' ||
              coalesce((select string_agg(r.oid || '.' || r.xmin, ',' order by r.oid) from pg_publication_rel r
                         where r.prpubid = p.oid and r.prrelid = c.oid), '') || '/' ||
              coalesce((select string_agg(n.oid || '.' || n.xmin, ',' order by n.oid) from pg_publication_namespace n
                         where n.pnpubid = p.oid and n.pnnspid = c.relnamespace), '') as id,
            p.pubinsert as inserts,
            p.pubviaroot or coalesce(c.relkind <> 'p', true) as names_table,
            t.pubname is not null as holds, t.rowfilter is not null as filters, t.attnames::text[] as columns
       from pg_publication p
       left join pg_class c on c.oid = to_regclass(format('%I.%I', $2::text, $3::text))
       left join pg_publication_tables t on t.pubname = p.pubname and t.schemaname = $2 and t.tablename = $3
      where p.pubname = $1`,
    [name, table.schema, table.table],
  );
  const [row] = rows;
  return {
    exists: row !== undefined,
    id: row?.id ?? '',
    publishesInserts: row?.inserts ?? false,
    namesTheTable: row?.names_table ?? false,
    holdsTable: row?.holds ?? false,
    filtersRows: row?.filters ?? false,
    columns: row?.columns ?? null,
  };
}

/** What is wrong with a publication, in words for an operator; null when nothing is. */
export function publicationProblem(state: PublicationState, needed: readonly string[] = []): string | null {
  if (!state.exists) return 'there is no such publication';
  if (!state.publishesInserts) return 'it does not publish inserts';
  // Without it pg_publication_tables lists the partitions, so this is asked first.
  if (!state.namesTheTable) return 'it lacks publish_via_partition_root = true';
  if (!state.holdsTable) return 'it does not hold the table';
  if (state.filtersRows) return 'its row filter leaves rows out';
  const missing = needed.filter((column) => !(state.columns?.includes(column) ?? false));
  return missing.length === 0 ? null : `its column list leaves out ${missing.join(', ')}`;
}

/**
 * Postgres 18 only warns when a publication is missing and then sends nothing, and no version says that a table, inserts, rows or
 * columns are left out: they would be passed over in silence. So it is checked before streaming and while the stream runs.
 * @returns the publication's identity
 * @throws CausewayError `PUBLICATION_MISSING`
 */
export async function requirePublication(client: SqlClient, wanted: PublicationNeed): Promise<string> {
  const state = await inspectPublication(client, wanted);
  const problem = publicationProblem(state, wanted.columns);
  if (problem === null) return state.id;
  const table = `${wanted.table.schema}.${wanted.table.table}`;
  throw new CausewayError('PUBLICATION_MISSING', { details: { publication: wanted.name, table, problem } });
}
