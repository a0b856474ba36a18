import type { Client } from 'pg';
import { SQLSTATE, hasSqlState } from '#postgres';
import { tableOf } from '../slot/source.target.ts';
import { fixTextOutput } from './outbox.rows.ts';
import { findOutboxTable, nameOf, whyUntold, type TableTarget, type Untold } from './outbox.table.ts';

/** Rows of a table that is not laid out by our migrations; null where that is not known. */
export interface OutboxDepth {
  /** At most `most`. */
  readonly rows: number | null;
  /** Age of the oldest of them; null as well where there is none. */
  readonly oldestSeconds: number | null;
  /** Written within the last minute, at most `most`. */
  readonly perMinute: number | null;
  readonly untold: Untold | null;
}

export interface DepthQuery {
  /** Only rows written after this instant, RFC 3339; null: all. */
  readonly after: string | null;
  readonly most: number;
}

/**
 * How many rows stand in the table of a source, and how old the oldest is, by the column that says when they were written. The connection
 * should have a `statement_timeout`: one that runs out is told of as such, since a table without an index on the column is read as a whole.
 */
export async function readOutboxDepth(
  client: Client,
  target: TableTarget,
  { after, most }: DepthQuery,
): Promise<OutboxDepth> {
  const table = await findOutboxTable(client, target);
  const unknown = (untold: Untold): OutboxDepth => ({ rows: null, oldestSeconds: null, perMinute: null, untold });
  if (table === undefined)
    return unknown({
      what: `the database has no table ${nameOf(tableOf(target))}`,
      action: "correct CAUSEWAY_OUTBOX_TABLE, or the source's rows.table",
    });
  const { name, sql, timeColumn } = table;
  const untold = whyUntold(table);
  if (untold !== null || timeColumn === null) return unknown(untold ?? { what: '', action: '' });
  await fixTextOutput(client);
  try {
    const { rows } = await client.query<{ rows: number; oldest: number | null; written: number }>(
      `select w.rows, w.oldest, m.written
         from (select count(*)::integer as rows, extract(epoch from clock_timestamp() - min(at)::timestamptz)::double precision as oldest
                 from (select ${timeColumn} as at from ${sql}
                        where $1::timestamptz is null or ${timeColumn} > $1::timestamptz
                        order by ${timeColumn} limit $2) r) w,
              (select count(*)::integer as written
                 from (select 1 from ${sql} where ${timeColumn} >= now() - interval '1 minute' limit $2) r) m`,
      [after, most],
    );
    const { rows: count = 0, oldest = null, written = 0 } = rows[0] ?? {};
    const oldestSeconds = oldest === null ? null : Math.max(0, Math.round(oldest));
    return { rows: count, oldestSeconds, perMinute: written, untold: null };
  } catch (error) {
    if (!hasSqlState(error, SQLSTATE.QUERY_CANCELED)) throw error;
    return unknown({ what: `counting rows of ${name} takes too long`, action: `create an index on ${timeColumn}` });
  }
}
