import type { SlotState } from './slot.ts';
import type { SqlClient } from './sql.client.ts';

export interface FailoverFacts {
  /** Postgres 17 and later. */
  readonly knowsFailover: boolean;
  /** Standbys that are connected, or have a slot to come back to. */
  readonly standbys: number;
  /** `synchronized_standby_slots`: standbys that logical readers may not be ahead of. */
  readonly waitsFor: string;
}

/**
 * What of slot and primary makes a failover lossy, each with what to do. A slot without copies is gone after it; a reader that is
 * ahead of the standby may have published what the new primary never had. Pure.
 */
export function failoverProblems(
  slot: Pick<SlotState, 'name' | 'failover'> | undefined,
  { knowsFailover, standbys, waitsFor }: FailoverFacts,
): string[] {
  if (!knowsFailover || standbys === 0 || slot === undefined) return [];
  const noCopies = `standbys keep no copy of the slot: stop the publisher and run ALTER_REPLICATION_SLOT "${slot.name}" (FAILOVER true) on a replication connection; the standbys need sync_replication_slots = on`;
  const ahead = 'synchronized_standby_slots is empty: the publisher may be ahead of the standby that is promoted';
  return [...(slot.failover === true ? [] : [noCopies]), ...(waitsFor.trim() === '' ? [ahead] : [])];
}

/**
 * Asks the primary; `sync_replication_slots` is a setting of the standbys and cannot be seen from here. A session that only asks for the
 * server's identity, as our own programs do, is in the state `startup` and no standby.
 */
export async function readFailoverProblems(client: SqlClient, slot: SlotState | undefined): Promise<string[]> {
  const { rows } = await client.query<{ waits_for: string | null; standbys: number }>(
    `select current_setting('synchronized_standby_slots', true) as waits_for,
            greatest((select count(*) from pg_replication_slots where slot_type = 'physical'),
                     (select count(*) from pg_stat_replication r
                       where r.state <> 'startup' and not exists (select from pg_replication_slots s
                                          where s.active_pid = r.pid and s.slot_type = 'logical')))::int as standbys`,
  );
  const [row] = rows;
  const waitsFor = row?.waits_for ?? null;
  return failoverProblems(slot, {
    knowsFailover: waitsFor !== null,
    standbys: row?.standbys ?? 0,
    waitsFor: waitsFor ?? '',
  });
}
