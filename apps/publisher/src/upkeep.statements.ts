import type { SqlClient, TableName } from '#replication';

/** A moment of the source: every transaction before `horizon` had ended, and committed before `lsn`. */
export interface Marker {
  /** A transaction id, 64 bits. */
  readonly horizon: string;
  readonly lsn: string;
}

export type Layout =
  /** Day partitions with the functions of the product migrations. */
  | 'partitions'
  /** A table without partitions. */
  | 'plain'
  /** Neither: the functions are missing, or the table has partitions of its owner's. */
  | 'foreign';

export interface Cleaned {
  readonly dropped: readonly string[];
  readonly deleted: number;
}

/** How many rows a statement deletes: short transactions, little WAL at a time. */
export const CHUNK_ROWS = 5000;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const nameOf = ({ schema, table }: TableName): string => `${quoted(schema)}.${quoted(table)}`;

export async function readLayout(client: SqlClient, table: TableName): Promise<Layout> {
  const { rows } = await client.query<{ kind: string | null; is_ours: boolean; has_functions: boolean }>(
    `select c.relkind::text as kind, c.oid = to_regclass('outbox.events') as is_ours,
            to_regprocedure('outbox.drop_published(timestamptz, xid8, integer)') is not null as has_functions
       from pg_class c where c.oid = to_regclass($1)`,
    [nameOf(table)],
  );
  const [found] = rows;
  if (found?.kind === 'p') return found.is_ours && found.has_functions ? 'partitions' : 'foreign';
  return found?.kind === 'r' ? 'plain' : 'foreign';
}

/** The snapshot of the statement is taken before the address is asked for, so what it sees as ended lies before that. */
export async function takeMarker(client: SqlClient): Promise<Marker> {
  const { rows } = await client.query<Marker>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, pg_current_wal_insert_lsn()::text as lsn`,
  );
  const [marker] = rows;
  if (marker === undefined) throw new Error('the server gave no marker');
  return marker;
}

/** @returns names of the partitions it made */
export async function makePartitions(client: SqlClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select outbox.ensure_partitions() as name');
  return rows.map(({ name }) => name);
}

/** Days older than the retention whose rows were all there at the marker. */
export async function dropPartitions(
  client: SqlClient,
  { marker, retentionMs }: { readonly marker: Marker; readonly retentionMs: number },
): Promise<Cleaned> {
  const { rows } = await client.query<{ partition_name: string; deleted: string | null }>(
    `select partition_name, deleted::text
       from outbox.drop_published(now() - $1 * interval '1 millisecond', $2::xid8, $3)`,
    [retentionMs, marker.horizon, CHUNK_ROWS],
  );
  return {
    dropped: rows.filter(({ deleted }) => deleted === null).map((row) => row.partition_name),
    deleted: rows.reduce((sum, { deleted }) => sum + Number(deleted ?? 0), 0),
  };
}

/** One chunk of rows older than the retention that were there at the marker. The column may be any that compares with an instant. */
export async function deleteRows(
  client: SqlClient,
  given: {
    readonly table: TableName;
    readonly timeColumn: string;
    readonly marker: Marker;
    readonly retentionMs: number;
  },
): Promise<Cleaned> {
  const [table, column] = [nameOf(given.table), quoted(given.timeColumn)];
  const { rowCount } = await client.query(
    `delete from ${table} t where t.ctid = any (array(
       select o.ctid from ${table} o
        where o.${column} < now() - $1 * interval '1 millisecond' and age(o.xmin) > age($2::xid8::xid)
        limit ${CHUNK_ROWS}))`,
    [given.retentionMs, given.marker.horizon],
  );
  return { dropped: [], deleted: rowCount ?? 0 };
}
