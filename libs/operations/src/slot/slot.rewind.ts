import type { Client } from 'pg';
import { formatLsn, inspectSlot } from '#replication';
import { findOutboxTable, nameOf, whyNotEncoded } from '../outbox/outbox.table.ts';
import { withSource } from './source.client.ts';
import { tableOf, type SourceTarget } from './source.target.ts';

/** What going back could mean for a source. */
export interface Rewind {
  /** Where the slot stands; the server sends nothing from before it. Null without a slot. */
  readonly confirmedFlush: string | null;
  /** The outbox, with its schema. */
  readonly table: string;
  /** Rows that can be resent go back to this instant, RFC 3339; null when there are none, or that is not known. */
  readonly oldestRow: string | null;
}

/**
 * How far back events can be had again. Postgres never moves a slot back: it refuses to set it to an earlier place, raises a low
 * start to where the slot stands, and a copy of the slot begins there as well. WAL from before `confirmed_flush_lsn` that is
 * still on disk serves decoding alone. The rows themselves are in the outbox, though, until their partition is dropped.
 */
export async function readRewind(target: SourceTarget): Promise<Rewind> {
  return withSource(target, async (client) => {
    const slot = await inspectSlot(client, target.slot);
    const confirmed = slot?.confirmedFlush ?? null;
    return {
      confirmedFlush: confirmed === null ? null : formatLsn(confirmed),
      table: nameOf(tableOf(target)),
      oldestRow: await readOldest(client, target),
    };
  });
}

async function readOldest(client: Client, target: SourceTarget): Promise<string | null> {
  if (whyNotEncoded(target) !== null) return null;
  const table = await findOutboxTable(client, target);
  if (table === undefined || table.timeColumn === null) return null;
  await client.query(`set timezone to 'UTC'`);
  const { rows } = await client.query<{ oldest: Date | null }>(
    `select min(${table.timeColumn})::timestamptz as oldest from ${table.sql}`,
  );
  return rows[0]?.oldest?.toISOString() ?? null;
}
