import type { ErrorCode } from '#contracts';
import { formatLsn, type Lsn } from './lsn.ts';
import type { StoredPosition, SystemIdentity } from './position.ts';
import { OUTPUT_PLUGIN, type SlotState } from './slot.ts';

export interface SlotSituation {
  readonly slot: SlotState | undefined;
  readonly position: StoredPosition | undefined;
  /** The server that was reached; `identity` is known once a replication connection is open. */
  readonly server: { readonly database: string; readonly walEnd: Lsn; readonly identity?: SystemIdentity };
  /** RFC 3339; the end of a gap whose end nothing else tells. */
  readonly now: string;
}

type Details = Record<string, string | number | null>;

export type SlotVerdict =
  /** Neither slot nor position: the first start. */
  | { readonly verdict: 'create' }
  /** A slot that nobody read for us before: begin where it begins, under a new generation. */
  | { readonly verdict: 'adopt'; readonly lsn: Lsn }
  | { readonly verdict: 'resume'; readonly position: StoredPosition }
  /** Events may be missing, or come twice: a person decides. The details say from when to when. */
  | { readonly verdict: 'stop'; readonly code: ErrorCode; readonly details: Details };

/** Whether a slot may be read on from a position, and why not. Pure: every case is a row in the specification. */
export function judgeSlot({ slot, position, server, now }: SlotSituation): SlotVerdict {
  const gap: Details =
    position === undefined ? {} : { position: formatLsn(position.lsn), from: position.storedAt, to: now };
  const stop = (code: ErrorCode, details: Details): SlotVerdict => ({
    verdict: 'stop',
    code,
    details: { ...details, ...gap },
  });

  if (slot === undefined) return position === undefined ? { verdict: 'create' } : stop('SLOT_MISSING', {});
  if (slot.plugin !== OUTPUT_PLUGIN || slot.database !== server.database) {
    return stop('SLOT_UNUSABLE', { slot: slot.name, plugin: slot.plugin, database: slot.database });
  }
  if (slot.walStatus === 'lost' || slot.confirmedFlush === null) {
    return stop('SLOT_LOST', { slot: slot.name, reason: slot.invalidationReason });
  }
  if (position === undefined) return { verdict: 'adopt', lsn: slot.confirmedFlush };

  const foreign = foreignServer(position, server.identity);
  if (foreign !== null) return stop('SLOT_GENERATION_MISMATCH', { slot: slot.name, ...foreign });
  if (position.lsn > server.walEnd) {
    return stop('SLOT_GENERATION_MISMATCH', { slot: slot.name, wal_end: formatLsn(server.walEnd) });
  }
  if (slot.confirmedFlush > position.lsn) {
    const facts = { slot: slot.name, confirmed_flush: formatLsn(slot.confirmedFlush) };
    return stop(wasCreatedAgain(slot, position) ? 'SLOT_GENERATION_MISMATCH' : 'SLOT_AHEAD_OF_POSITION', facts);
  }
  return { verdict: 'resume', position };
}

/** Addresses of another cluster, or of another timeline after a failover, say nothing about this one's WAL. */
function foreignServer(position: StoredPosition, identity: SystemIdentity | undefined): Details | null {
  if (identity === undefined) return null;
  if (position.systemId !== identity.systemId) {
    return { stored_system: position.systemId, found_system: identity.systemId };
  }
  if (position.timeline !== identity.timeline) {
    return { stored_timeline: position.timeline, found_timeline: identity.timeline };
  }
  return null;
}

/**
 * Postgres gives a slot no identity of its own. But one that was created after the position was stored keeps no WAL from
 * before it, while one that was moved usually still does.
 */
function wasCreatedAgain(slot: SlotState, position: StoredPosition): boolean {
  return slot.restartLsn !== null && slot.restartLsn > position.lsn;
}
