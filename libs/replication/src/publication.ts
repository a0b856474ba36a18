import { CausewayError } from '#contracts';
import type { SqlClient } from './sql.client.ts';

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

export interface PublicationState {
  readonly exists: boolean;
  readonly publishesInserts: boolean;
  /** Rows of a partitioned table are sent under the table's own name; true as well when it has no partitions. */
  readonly namesTheTable: boolean;
  readonly holdsTable: boolean;
}

type StateRow = { inserts: boolean; names_table: boolean; holds: boolean };

/** Reads what a publication would send of one table. */
export async function inspectPublication(
  client: SqlClient,
  { name, table }: { readonly name: string; readonly table: TableName },
): Promise<PublicationState> {
  const { rows } = await client.query<StateRow>(
    `select p.pubinsert as inserts,
            p.pubviaroot or coalesce(c.relkind <> 'p', true) as names_table,
            exists (select from pg_publication_tables t
                     where t.pubname = p.pubname and t.schemaname = $2 and t.tablename = $3) as holds
       from pg_publication p
       left join pg_class c on c.oid = to_regclass(format('%I.%I', $2::text, $3::text))
      where p.pubname = $1`,
    [name, table.schema, table.table],
  );
  const [row] = rows;
  return {
    exists: row !== undefined,
    publishesInserts: row?.inserts ?? false,
    namesTheTable: row?.names_table ?? false,
    holdsTable: row?.holds ?? false,
  };
}

/** What is wrong with a publication, in words for an operator; null when nothing is. */
export function publicationProblem(state: PublicationState): string | null {
  if (!state.exists) return 'there is no such publication';
  if (!state.publishesInserts) return 'it does not publish inserts';
  // Without it pg_publication_tables lists the partitions, so this is asked first.
  if (!state.namesTheTable) return 'it lacks publish_via_partition_root = true';
  return state.holdsTable ? null : 'it does not hold the table';
}

/**
 * Postgres 18 only warns when a publication is missing and then sends nothing: the rows would be passed over in silence. So
 * it is checked before streaming and while the stream runs.
 * @throws CausewayError `PUBLICATION_MISSING`
 */
export async function requirePublication(
  client: SqlClient,
  wanted: { readonly name: string; readonly table: TableName },
): Promise<void> {
  const problem = publicationProblem(await inspectPublication(client, wanted));
  if (problem === null) return;
  const table = `${wanted.table.schema}.${wanted.table.table}`;
  throw new CausewayError('PUBLICATION_MISSING', { details: { publication: wanted.name, table, problem } });
}
