import type { Lsn } from './lsn.ts';

export interface IdleState {
  /** The keepalive's position: everything that committed before it was sent before the keepalive. */
  readonly keepalive: Lsn;
  /** The position that Kafka holds. */
  readonly stored: Lsn;
  readonly insideTransaction: boolean;
  /** Rows are waiting or being produced. */
  readonly busy: boolean;
  /** The server asks for an answer: it is shutting down, or about to give us up. */
  readonly replyRequested: boolean;
  readonly msSinceStored: number;
  readonly intervalMs: number;
}

/**
 * Whether a keepalive's position shall be stored in Kafka now, so that it may be confirmed and the WAL of a quiet database
 * is freed. Only with nothing in flight, since the position speaks for all that was sent before it. A server that shuts
 * down waits until we confirm its last position, so its request is not put off.
 */
export function storesIdlePosition(state: IdleState): boolean {
  if (state.insideTransaction || state.busy || state.keepalive <= state.stored) return false;
  return state.replyRequested || state.msSinceStored >= state.intervalMs;
}

/**
 * What may be confirmed to the server: the position that Kafka holds, never less than before. The server forgets what lies
 * before it for good. A split transaction's position is the address of its commit record; the server sends a transaction
 * whose commit record is at or after the confirmed position, so that one comes again as a whole.
 */
export function confirmable(confirmed: Lsn, storedInKafka: Lsn): Lsn {
  return storedInKafka > confirmed ? storedInKafka : confirmed;
}
