import type { ErrorCode, NoRoomCause, Outcome } from '#contracts';

/** A record of the CRM that a refusal names, for instance the one that holds a unique value already. */
export interface OtherRecord {
  readonly recordId: string;
  /** API name of its module; it may differ from the module written to (reference 8, duplicate-check preference). */
  readonly module: string | null;
}

/** One record was written. */
export interface Succeeded extends Extract<Outcome, { kind: 'succeeded' }> {
  /** `Modified_Time` as the answer gave it (RFC 3339, in the calling user's zone), null where the answer has none. */
  readonly modifiedAt: string | null;
}

/** The CRM understood and refused; sending the same again is refused again. */
export interface Rejected extends Extract<Outcome, { kind: 'rejected' }> {
  /** Zoho's own code, e.g. `INVALID_DATA`. */
  readonly zohoCode: string;
  /** What the refusal is about: this record alone, the whole call, or everything that this connection does. */
  readonly concerns: 'record' | 'call' | 'connection';
  /** True if the refusal says that there is no such record (any more): a delete may count this as done. */
  readonly gone: boolean;
  readonly other: OtherRecord | null;
}

/** No room at present; nothing was written. */
export interface Throttled extends Extract<Outcome, { kind: 'throttled' }> {
  readonly code: 'CRM_THROTTLED';
  /** `calls`: HTTP 429, which says nothing itself, in a client without a budget of its own. */
  readonly cause: Exclude<NoRoomCause, 'stopped'>;
  /** Epoch milliseconds before which another try is pointless; null if the CRM did not say and we do not know. */
  readonly until: number | null;
}

/** Nothing was written; try again later. */
export interface Unavailable extends Extract<Outcome, { kind: 'unavailable' }> {
  readonly code: ErrorCode;
}

/** The request left, its answer did not arrive or cannot be read: the write may or may not have happened. */
export interface Unknown extends Extract<Outcome, { kind: 'unknown' }> {
  readonly code: ErrorCode;
}

/** Why a call, or one record of it, did not succeed. `unknown` occurs on writes only. */
export type Failure = Rejected | Throttled | Unavailable | Unknown;

/** What became of one record of a write; every one of these is an `Outcome` of #contracts. */
export type WriteOutcome = Succeeded | Failure;
