import { parseLsn, type Lsn } from './lsn.ts';
import type { SystemIdentity } from './position.ts';
import type { SqlClient } from './sql.client.ts';

/** Where a timeline was left for the next one. */
export interface TimelineSwitch {
  readonly timeline: number;
  /** WAL before this address is of that timeline; the next one begins here. */
  readonly endsAt: Lsn;
}

/** A server, and the timelines that it came through; each promotion begins a new one. */
export interface ServerIdentity extends SystemIdentity {
  readonly history: readonly TimelineSwitch[];
}

/**
 * Which server this is. The client must be a replication connection: only that knows IDENTIFY_SYSTEM and TIMELINE_HISTORY
 * (PostgreSQL manual, "Streaming Replication Protocol").
 */
export async function readServerIdentity(client: SqlClient): Promise<ServerIdentity> {
  const { rows } = await client.query<{ systemid: string; timeline: number | string }>('IDENTIFY_SYSTEM');
  const [systemId, timeline] = [rows[0]?.systemid ?? '', Number(rows[0]?.timeline)];
  if (!(timeline > 1)) return { systemId, timeline, history: [] };
  const found = await client.query<{ content: string | Buffer }>(`TIMELINE_HISTORY ${timeline}`);
  return { systemId, timeline, history: parseTimelineHistory(String(found.rows[0]?.content ?? '')) };
}

/** A history file: a line each of timeline, the address where it was left, and the reason, with tabs between. */
export function parseTimelineHistory(content: string): TimelineSwitch[] {
  return content
    .split('\n')
    .map((line) => /^\s*(\d+)\s+([\dA-F]+\/[\dA-F]+)/i.exec(line))
    .filter((line) => line !== null)
    .map(([, timeline = '', lsn = '']) => ({ timeline: Number(timeline), endsAt: parseLsn(lsn) }));
}
