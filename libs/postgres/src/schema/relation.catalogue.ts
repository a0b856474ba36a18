import type { ClientBase } from 'pg';

/** A column as the catalogs have it, with domains resolved to their base types. */
export interface ColumnRow {
  readonly schema: string;
  readonly relation: string;
  readonly column: string;
  /** Base type without modifiers; of an array that of its elements. */
  readonly type: string;
  readonly isArray: boolean;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** Generated, or identity `always`. */
  readonly computed: boolean;
  readonly labels: readonly string[] | null;
}

/** Schemas that are no migration's: the server's, and the migrator's bookkeeping. */
export const FOREIGN_SCHEMAS = `('pg_catalog', 'information_schema', 'pg_toast', 'causeway')`;

/** Partitions are left out: they have the columns of their parents. */
const COLUMNS = `
  with recursive base(oid, target) as (
    select oid, oid from pg_catalog.pg_type where typtype <> 'd'
    union all
    select d.oid, b.target from pg_catalog.pg_type d join base b on b.oid = d.typbasetype where d.typtype = 'd'
  )
  select
    n.nspname as schema,
    c.relname as relation,
    a.attname as column,
    coalesce(e.typname, t.typname) as type,
    e.oid is not null as "isArray",
    not a.attnotnull as nullable,
    a.atthasdef or a.attidentity <> '' as "hasDefault",
    a.attgenerated <> '' or a.attidentity = 'a' as computed,
    (select array_agg(l.enumlabel::text order by l.enumsortorder) from pg_catalog.pg_enum l where l.enumtypid = coalesce(e.oid, t.oid)) as labels
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join base b on b.oid = a.atttypid
  join pg_catalog.pg_type t on t.oid = b.target
  left join pg_catalog.pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and n.nspname not in ${FOREIGN_SCHEMAS}
  order by n.nspname, c.relname, a.attnum`;

/** The columns of every table and view that migrations made. */
export async function readColumns(client: ClientBase): Promise<ColumnRow[]> {
  return (await client.query<ColumnRow>(COLUMNS)).rows;
}
