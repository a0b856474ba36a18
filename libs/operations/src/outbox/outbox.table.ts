import type { Client } from 'pg';
import type { RowsConfig } from '#config';
import { CausewayError } from '#contracts';
import type { TableName } from '#replication';
import { tableOf, type SourceTarget } from '../slot/source.target.ts';

/** What is known of the table that a source publishes. */
export interface OutboxTable {
  readonly oid: number;
  /** With its schema, for people. */
  readonly name: string;
  /** With its schema, quoted. */
  readonly sql: string;
  readonly preset: RowsConfig['preset'];
  /** The column that says when a row was written, quoted; null where none is known. */
  readonly timeColumn: string | null;
  /** False where the role may only follow the publication. */
  readonly isReadable: boolean;
}

/** As much of a source as says which table it is. */
export type TableTarget = Pick<SourceTarget, 'name' | 'table' | 'preset' | 'timeColumns'>;

const TIME_TYPES = ['timestamp', 'timestamptz', 'date'];

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A table for people. */
export const nameOf = ({ schema, table }: TableName): string => `${schema}.${table}`;

/**
 * Looks the table of a source up. Undefined when the database has none of this name; columns that are missing or of another type
 * than an instant's are passed over.
 */
export async function findOutboxTable(client: Client, target: TableTarget): Promise<OutboxTable | undefined> {
  const table = tableOf(target);
  const sql = `${quoted(table.schema)}.${quoted(table.table)}`;
  const { preset = 'causeway', timeColumns = ['created_at'] } = target;
  const { rows } = await client.query<{ oid: number; readable: boolean; time: string | null }>(
    `select c.oid, has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as readable,
            (select a.attname::text from pg_attribute a join pg_type t on t.oid = a.atttypid
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attname = any($3::text[]) and t.typname = any($4::text[])
              order by array_position($3::text[], a.attname::text) limit 1) as time
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`,
    [table.schema, table.table, timeColumns, TIME_TYPES],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const timeColumn = found.time === null ? null : quoted(found.time);
  return { oid: found.oid, name: nameOf(table), sql, preset, timeColumn, isReadable: found.readable };
}

/** @throws CausewayError `OUTBOX_LAYOUT_MISMATCH` when the database has no such table */
export async function openOutboxTable(client: Client, target: TableTarget): Promise<OutboxTable> {
  const found = await findOutboxTable(client, target);
  if (found !== undefined) return found;
  const details = { source: target.name, table: nameOf(tableOf(target)), problem: 'the database has no such table' };
  throw new CausewayError('OUTBOX_LAYOUT_MISMATCH', { details });
}

/** The table of the product migrations, which has upkeep and partitions of its own. Pure. */
export function isOwnOutbox(target: Pick<TableTarget, 'table' | 'preset'>): boolean {
  return nameOf(tableOf(target)) === 'outbox.events' && (target.preset ?? 'causeway') === 'causeway';
}

/** Something that cannot be told, and what to do so that it can. */
export interface Untold {
  readonly what: string;
  readonly action: string;
}

/** Why it cannot be told which rows of a table wait; null when it can. Pure. */
export function whyUntold({ name, timeColumn, isReadable }: OutboxTable): Untold | null {
  if (!isReadable) return { what: `the role may not read ${name}`, action: 'grant select on it' };
  if (timeColumn !== null) return null;
  const what = `no column of ${name} is known that says when a row was written`;
  return { what, action: 'set CAUSEWAY_OUTBOX_TIME_COLUMN' };
}

/**
 * Why no record can be made of the rows of a source here; null when it can. Records of the router's layout depend on the types
 * that the replication stream describes, which the publisher alone reads. Pure.
 */
export function whyNotEncoded({ preset = 'causeway' }: Pick<TableTarget, 'preset'>): string | null {
  return preset === 'causeway' ? null : `the publisher alone makes records of the preset ${preset}`;
}

/** @throws CausewayError `OUTBOX_NOT_RESENDABLE` */
export function refuseUnlessEncoded(target: TableTarget): void {
  const reason = whyNotEncoded(target);
  if (reason === null) return;
  const details = { source: target.name, table: nameOf(tableOf(target)), reason };
  throw new CausewayError('OUTBOX_NOT_RESENDABLE', { details });
}

/** The column by which rows are chosen. @throws CausewayError `OUTBOX_NOT_RESENDABLE` when none is known */
export function timeOf({ name, timeColumn }: Pick<OutboxTable, 'name' | 'timeColumn'>): string {
  if (timeColumn !== null) return timeColumn;
  const reason = 'no column is known that says when a row was written: set CAUSEWAY_OUTBOX_TIME_COLUMN';
  throw new CausewayError('OUTBOX_NOT_RESENDABLE', { details: { table: name, reason } });
}
