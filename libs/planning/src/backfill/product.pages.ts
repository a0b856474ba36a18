import { sql, type Kysely } from 'kysely';
import { errorCode, transaction, type ProductDatabase } from '#postgres';
import type { Backfill, BackfillSource } from './backfill.store.ts';

/** A product's table as its own server names it. */
interface NamedTable {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** Table, column or payload are not what a backfill can read; the message says which and why. */
export class SourceUnusable extends Error {}

/** @throws SourceUnusable that says which of table and column is not there */
async function namedTable(
  db: Kysely<ProductDatabase>,
  { table, idColumn }: Pick<BackfillSource, 'table' | 'idColumn'>,
): Promise<NamedTable> {
  const { rows } = await sql<{ table: string; column: string | null; type: string | null }>`
    select to_regclass(${table})::text as "table", quote_ident(a.attname) as "column", format_type(a.atttypid, a.atttypmod) as type
      from (select 1) one
      left join pg_attribute a
        on a.attrelid = to_regclass(${table}) and a.attname = ${idColumn} and a.attnum > 0 and not a.attisdropped`.execute(
    db,
  );
  const [found] = rows;
  if (found?.column == null || found.type == null)
    throw new SourceUnusable(`there is no column ${idColumn} in ${table}`);
  return { table: found.table, column: found.column, type: found.type };
}

/**
 * Looks at what a backfill would read, before it is begun: an expression that cannot be evaluated would leave one that never ends.
 * @returns how many rows there are
 * @throws SourceUnusable when table, column or payload cannot be used
 */
export async function lookAtSource(
  db: Kysely<ProductDatabase>,
  source: Pick<BackfillSource, 'table' | 'idColumn' | 'payload'>,
): Promise<number> {
  const { table } = await namedTable(db, source);
  const { rows: counted } = await readable(() =>
    sql<{ count: number }>`select count(*)::float8 as count from ${sql.raw(table)}`.execute(db),
  );
  const { rows: first } = await readable(() =>
    sql<{ type: string | null }>`
      select jsonb_typeof((${sql.raw(source.payload)})::jsonb) as type from ${sql.raw(table)} u limit 1`.execute(db),
  );
  const type = first[0]?.type;
  if (type !== undefined && type !== 'object')
    throw new SourceUnusable(`the payload of a row has to be a JSON object, and is ${type ?? 'null'}`);
  return counted[0]?.count ?? 0;
}

/** Classes of SQLSTATE that say that a statement is wrong, or may not be made: data exceptions, and syntax or access. */
const WRONG_STATEMENT = /^(?:22|42)...$/;

async function readable<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    if (!(cause instanceof Error) || !WRONG_STATEMENT.test(errorCode(cause) ?? '')) throw cause;
    throw new SourceUnusable(`the table cannot be read so: ${cause.message}`, { cause });
  }
}

/**
 * Writes the snapshots of the next rows into the product's outbox, in one transaction that holds the rows: a product that holds a user's row
 * while it tells of them never tells of something that the snapshot before it does not know. The events' ids follow from run and row, so a page
 * that is written twice is folded once.
 * @returns the last id and how many there were; null: no row is left.
 */
export function emitPage(
  db: Kysely<ProductDatabase>,
  { table: name, idColumn, payload, eventType, run, place }: Backfill,
  limit: number,
): Promise<{ readonly place: string; readonly emitted: number } | null> {
  return transaction(db, async (trx) => {
    const { table, column, type } = await namedTable(trx, { table: name, idColumn });
    const [id, kind] = [sql.raw(`u.${column}`), sql.raw(type)];
    const { rows } = await sql<{ id: string }>`
      with page as (
        select u.* from ${sql.raw(table)} u
         where ${place === null} or ${id} > ${place}::text::${kind}
         order by ${id} limit ${limit} for update of u
      ), emitted as (
        select ${id}::text as id, ${id} as place,
               outbox.emit(split_part(${eventType}, '.', 1), ${id}::text, ${eventType}, (${sql.raw(payload)})::jsonb,
                           occurred_at => clock_timestamp(), id => md5(${run} || '/' || ${id}::text)::uuid)
          from page u
      )
      select id from emitted order by place`.execute(trx);
    const last = rows.at(-1);
    return last === undefined ? null : { place: last.id, emitted: rows.length };
  });
}
