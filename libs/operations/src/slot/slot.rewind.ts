import { formatLsn, inspectSlot } from '#replication';
import { withSource } from './source.client.ts';
import type { SourceTarget } from './source.target.ts';

/** What going back could mean for a source. */
export interface Rewind {
  /** Where the slot stands; the server sends nothing from before it. Null without a slot. */
  readonly confirmedFlush: string | null;
  /** Rows of the outbox go back to this instant, RFC 3339; null when it is empty. */
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
    const { rows } = await client.query<{ oldest: Date | null }>('select min(created_at) as oldest from outbox.events');
    const confirmed = slot?.confirmedFlush ?? null;
    return {
      confirmedFlush: confirmed === null ? null : formatLsn(confirmed),
      oldestRow: rows[0]?.oldest?.toISOString() ?? null,
    };
  });
}
