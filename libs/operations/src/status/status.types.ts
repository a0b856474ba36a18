import type { ConnectionReport } from '../holds/connection.report.ts';
import type { CreditsReport } from '../credits.report.ts';
import type { Throttle } from '#ledger';
import type { HeldScope } from '../holds/hold.verbs.ts';
import type { ChannelReport } from '../return/channels.report.ts';

/** One step of the way from the product to the CRM (`out`), or of the way back. Null: not known, since its part cannot be reached. */
export interface FlowStep {
  readonly way: 'out' | 'back';
  readonly step: string;
  /** What has not passed this step yet. */
  readonly waiting: number | null;
  readonly unit: 'rows' | 'bytes' | 'records' | 'commands' | 'calls' | 'notifications';
  /** Age of the oldest of them; null as well where nothing waits. */
  readonly oldestSeconds: number | null;
  /** What has passed it within the last minute. */
  readonly perMinute: number | null;
  /** Why it is not known what waits, and what to do so that it is, where that can be said; else null. */
  readonly untold: { readonly what: string; readonly action: string } | null;
}

/** A part of the system that was asked. */
export interface PartReached {
  readonly part: string;
  readonly reached: boolean;
  /** Why not, or what a service that was reached lacks to be ready; else null. */
  readonly reason: string | null;
}

/** A source's slot, and who reads it. */
export interface SlotStatus {
  readonly source: string;
  readonly slot: string;
  readonly exists: boolean;
  /** A publisher reads it now. */
  readonly isRead: boolean;
  readonly walStatus: string | null;
  /** WAL that the server has and the publisher has not confirmed. */
  readonly lagBytes: number | null;
  /** WAL that the server keeps for it. */
  readonly heldBackBytes: number | null;
}

/** Parked commands of one code. */
export interface ParkedReason {
  readonly code: string;
  readonly count: number;
  readonly connections: readonly string[];
  readonly oldestSeconds: number;
  /** Who can do something about it. */
  readonly owner: string | null;
}

/** What a person should know. `problem`: something does not go on by itself, or was lost; `note`: worth a look. */
export interface StatusRemark {
  readonly level: 'problem' | 'note';
  readonly what: string;
  readonly action: string;
}

export interface StatusReport {
  /** RFC 3339. */
  readonly at: string;
  readonly parts: readonly PartReached[];
  readonly flow: readonly FlowStep[];
  readonly slots: readonly SlotStatus[];
  readonly connections: readonly ConnectionReport[];
  readonly credits: readonly CreditsReport[];
  readonly parked: readonly ParkedReason[];
  /** Commands that wait behind parked ones of their records. */
  readonly behindParked: number;
  readonly setAside: number;
  readonly channels: readonly ChannelReport[];
  /** What people hold back, and what they let go only so much a second of. */
  readonly holds: readonly HeldScope[];
  readonly throttles: readonly Throttle[];
  readonly remarks: readonly StatusRemark[];
}
