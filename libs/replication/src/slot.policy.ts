import type { ErrorCode } from '#contracts';
import { formatLsn, type Lsn } from './lsn.ts';
import type { StoredPosition, SystemIdentity } from './position.ts';
import type { ServerIdentity } from './server.identity.ts';
import { OUTPUT_PLUGIN, isLost, type SlotState } from './slot.ts';

export interface SlotSituation {
  readonly slot: SlotState | undefined;
  readonly position: StoredPosition | undefined;
  /** The server that was reached; `identity` is known once a replication connection is open. */
  readonly server: {
    readonly database: string;
    readonly walEnd: Lsn;
    readonly identity?: SystemIdentity & Partial<ServerIdentity>;
  };
  /** Which publication there is now (`PublicationState.id`); undefined where it is not asked. */
  readonly publication?: string | undefined;
  /** RFC 3339; the end of a gap whose end nothing else tells. */
  readonly now: string;
}

export type Details = Record<string, string | number | null>;

export interface StopVerdict {
  readonly verdict: 'stop';
  readonly code: ErrorCode;
  readonly details: Details;
}

export type SlotVerdict =
  /** Neither slot nor position: the first start. */
  | { readonly verdict: 'create' }
  /** A slot that nobody read for us before: begin where it begins, under a new generation. */
  | { readonly verdict: 'adopt'; readonly lsn: Lsn }
  /** Go on; the position is of the server's timeline now. */
  | { readonly verdict: 'resume'; readonly position: StoredPosition }
  /** Events may be missing, or come twice: a person decides. The details say from when to when. */
  | StopVerdict;

/** Whether a slot may be read on from a position, and why not. Pure: every case is a row in the specification. */
export function judgeSlot({ slot, position, server, publication, now }: SlotSituation): SlotVerdict {
  const stop = (code: ErrorCode, details: Details): SlotVerdict => ({
    verdict: 'stop',
    code,
    details: { ...details, ...gapOf(position, now) },
  });

  if (slot === undefined) return position === undefined ? { verdict: 'create' } : stop('SLOT_MISSING', {});
  if (slot.plugin !== OUTPUT_PLUGIN || slot.database !== server.database) {
    return stop('SLOT_UNUSABLE', { slot: slot.name, plugin: slot.plugin, database: slot.database });
  }
  if (isLost(slot) || slot.confirmedFlush === null) {
    return stop('SLOT_LOST', { slot: slot.name, reason: slot.invalidationReason });
  }
  if (position === undefined) return { verdict: 'adopt', lsn: slot.confirmedFlush };

  const lineage = judgeLineage(position, server.identity);
  if (lineage.kind === 'foreign') return stop('SLOT_GENERATION_MISMATCH', { slot: slot.name, ...lineage.details });
  if (lineage.kind === 'diverged' && slot.confirmedFlush <= lineage.endsAt) {
    return stop('TIMELINE_DIVERGED', {
      slot: slot.name,
      stored_timeline: position.timeline,
      left_at: formatLsn(lineage.endsAt),
    });
  }
  if (position.lsn > server.walEnd) {
    return stop('SLOT_GENERATION_MISMATCH', { slot: slot.name, wal_end: formatLsn(server.walEnd) });
  }
  if (slot.confirmedFlush > position.lsn || lineage.kind === 'diverged') {
    const facts = { slot: slot.name, confirmed_flush: formatLsn(slot.confirmedFlush) };
    const isOther = lineage.kind === 'diverged' || wasCreatedAgain(slot, position);
    return stop(isOther ? 'SLOT_GENERATION_MISMATCH' : 'SLOT_AHEAD_OF_POSITION', facts);
  }
  const before = position.publication;
  if (before !== undefined && publication !== undefined && before.id !== publication) {
    return stop('PUBLICATION_CHANGED', { slot: slot.name, change: publicationChange(before.id, publication) });
  }
  return { verdict: 'resume', position: { ...position, ...timelineOf(server.identity) } };
}

/**
 * Between which instants missing events may have been committed. A publisher that is behind stores old commits now, so a gap
 * begins at the last stored commit where it is known; rows are written even before that.
 */
export function gapOf(position: StoredPosition | undefined, now: string): Details {
  if (position === undefined) return {};
  const seenAt = position.publication?.seenAt ?? position.storedAt;
  const from = [position.committedAt ?? position.storedAt, seenAt, position.storedAt].toSorted(byInstant)[0];
  return { position: formatLsn(position.lsn), from: from ?? position.storedAt, to: now };
}

const byInstant = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

function timelineOf(identity: SystemIdentity | undefined): Partial<SystemIdentity> {
  return identity === undefined ? {} : { systemId: identity.systemId, timeline: identity.timeline };
}

type Lineage =
  | { readonly kind: 'same' }
  /** The server left the position's timeline before the position: what lies between is not this server's. */
  | { readonly kind: 'diverged'; readonly endsAt: Lsn }
  | { readonly kind: 'foreign'; readonly details: Details };

/**
 * Addresses of another cluster say nothing about this one's WAL. After a promotion the WAL is the same up to where the position's
 * timeline was left: a position before that point speaks of the new timeline as well.
 */
function judgeLineage(position: StoredPosition, identity: SlotSituation['server']['identity']): Lineage {
  if (identity === undefined) return { kind: 'same' };
  if (position.systemId !== identity.systemId) {
    return {
      kind: 'foreign',
      details: { stored_system: position.systemId, found_system: identity.systemId },
    };
  }
  if (position.timeline === identity.timeline) return { kind: 'same' };
  const left = identity.history?.find(({ timeline }) => timeline === position.timeline);
  if (left === undefined) {
    return {
      kind: 'foreign',
      details: { stored_timeline: position.timeline, found_timeline: identity.timeline },
    };
  }
  // With an ordinal the address is that of a commit record, which must itself lie before the switch.
  const isBefore = position.ordinal === 0 ? position.lsn <= left.endsAt : position.lsn < left.endsAt;
  return isBefore ? { kind: 'same' } : { kind: 'diverged', endsAt: left.endsAt };
}

/**
 * Postgres gives a slot no identity of its own, nor the time of its birth. But one that was created after the position was stored
 * keeps no WAL from before it, while one that was moved usually still does. Both stop the publisher and have the same ways out:
 * this only chooses the words.
 */
function wasCreatedAgain(slot: SlotState, position: StoredPosition): boolean {
  return slot.restartLsn !== null && slot.restartLsn > position.lsn;
}

/** What happened to a publication whose identity is another one now; its first part is its birth. */
export function publicationChange(before: string, now: string): 'altered' | 'created again' {
  return before.split('/')[0] === now.split('/')[0] ? 'altered' : 'created again';
}
