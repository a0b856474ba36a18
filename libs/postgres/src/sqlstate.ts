/**
 * SQLSTATE codes by the names that the PostgreSQL manual gives them (appendix A), so that no code stands as a number in the
 * sources. `CAPTURE_INVALID` is our own, raised by outbox.capture().
 */
export const SQLSTATE = {
  CONNECTION_EXCEPTION: '08000',
  CONNECTION_DOES_NOT_EXIST: '08003',
  CONNECTION_FAILURE: '08006',
  NOT_NULL_VIOLATION: '23502',
  FOREIGN_KEY_VIOLATION: '23503',
  UNIQUE_VIOLATION: '23505',
  CHECK_VIOLATION: '23514',
  NO_ACTIVE_SQL_TRANSACTION: '25P01',
  IN_FAILED_SQL_TRANSACTION: '25P02',
  IDLE_IN_TRANSACTION_SESSION_TIMEOUT: '25P03',
  INVALID_AUTHORIZATION: '28000',
  INVALID_PASSWORD: '28P01',
  INVALID_CATALOG_NAME: '3D000',
  INVALID_SCHEMA_NAME: '3F000',
  SERIALIZATION_FAILURE: '40001',
  DEADLOCK_DETECTED: '40P01',
  INSUFFICIENT_PRIVILEGE: '42501',
  UNDEFINED_COLUMN: '42703',
  UNDEFINED_OBJECT: '42704',
  UNDEFINED_TABLE: '42P01',
  UNDEFINED_FUNCTION: '42883',
  DUPLICATE_DATABASE: '42P04',
  DUPLICATE_OBJECT: '42710',
  DISK_FULL: '53100',
  OUT_OF_MEMORY: '53200',
  TOO_MANY_CONNECTIONS: '53300',
  OBJECT_NOT_IN_PREREQUISITE_STATE: '55000',
  OBJECT_IN_USE: '55006',
  LOCK_NOT_AVAILABLE: '55P03',
  QUERY_CANCELED: '57014',
  ADMIN_SHUTDOWN: '57P01',
  CRASH_SHUTDOWN: '57P02',
  CANNOT_CONNECT_NOW: '57P03',
  CAPTURE_INVALID: 'OB001',
} as const;

export type SqlState = (typeof SQLSTATE)[keyof typeof SQLSTATE];

/** The code of an error: a SQLSTATE from the server, or the system's name (`ECONNREFUSED`) from the socket. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for an error that the server gave with one of these codes. */
export function hasSqlState(error: unknown, ...states: SqlState[]): boolean {
  return states.some((state) => state === errorCode(error));
}
