import { SQLSTATE, errorCode, hasSqlState } from './sqlstate.ts';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
]);
/** `pg` reports a connection that ended or could not be had in time by message alone. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * True when the connection was lost or refused, so that whether the last statement took effect is not known: a commit
 * under way may have been done. Only work that is the same when done twice may be tried again.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error && DRIVER_MESSAGES.test(error.message);
  if (SOCKET_CODES.has(code) || code.startsWith('08')) return true;
  return hasSqlState(
    error,
    SQLSTATE.ADMIN_SHUTDOWN,
    SQLSTATE.CRASH_SHUTDOWN,
    SQLSTATE.CANNOT_CONNECT_NOW,
    SQLSTATE.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
  );
}

/** True when the server rolled the transaction back because of another one: nothing of it was kept, and it may succeed now. */
export function isConflict(error: unknown): boolean {
  return hasSqlState(error, SQLSTATE.SERIALIZATION_FAILURE, SQLSTATE.DEADLOCK_DETECTED);
}

/**
 * True when the same work may succeed later without anybody doing anything: a conflict, a lost connection, a lock that was not
 * had in time, or a server without room. Everything else (a constraint, a missing table, a wrong password) stays wrong.
 */
export function isRetryable(error: unknown): boolean {
  return (
    isConflict(error) ||
    isConnectionLost(error) ||
    hasSqlState(
      error,
      SQLSTATE.LOCK_NOT_AVAILABLE,
      SQLSTATE.TOO_MANY_CONNECTIONS,
      SQLSTATE.OUT_OF_MEMORY,
      SQLSTATE.DISK_FULL,
    )
  );
}

/**
 * Milliseconds to wait before the next try: doubling from `baseMs` up to `mostMs`, then scattered between half and all of it,
 * so that those who collided once do not collide again.
 * @param wait.attempt tries made so far, from 1
 * @param wait.random a number from 0 to 1
 */
export function retryDelayMs(wait: { attempt: number; baseMs: number; mostMs: number; random: number }): number {
  const full = Math.min(wait.baseMs * 2 ** (wait.attempt - 1), wait.mostMs);
  return Math.round(full * (0.5 + wait.random / 2));
}
