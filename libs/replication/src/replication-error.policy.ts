import { isCausewayError, type ErrorCode } from '#contracts';

/** `retry`: with backoff, it passes. `wait`: as a standby. `stop`: a person must act; look again now and then. */
export interface ErrorVerdict {
  readonly action: 'retry' | 'wait' | 'stop';
  readonly code: ErrorCode;
}

const retry = (code: ErrorCode): ErrorVerdict => ({ action: 'retry', code });
const stop = (code: ErrorCode): ErrorVerdict => ({ action: 'stop', code });

/** Whole SQLSTATEs first (PostgreSQL manual, appendix "Error Codes"), then what their class says. */
const BY_STATE: Readonly<Record<string, ErrorVerdict>> = {
  '55006': { action: 'wait', code: 'SLOT_IN_USE' },
  // "can no longer access replication slot": invalidated, whatever the reason.
  '55000': stop('SLOT_LOST'),
  // "requested WAL segment has already been removed"
  '58P01': stop('SLOT_LOST'),
  '42704': stop('SLOT_MISSING'),
  '42501': stop('POSTGRES_ACCESS_DENIED'),
  // The slot was created by another publisher in between: look again.
  '42710': retry('REPLICATION_BROKEN'),
  '3D000': stop('POSTGRES_ACCESS_DENIED'),
  // All slots or senders are taken: others may leave, or an operator raises the limit.
  '53400': retry('REPLICATION_BROKEN'),
};
const BY_CLASS: Readonly<Record<string, ErrorVerdict>> = {
  '08': retry('POSTGRES_UNREACHABLE'),
  '28': stop('POSTGRES_ACCESS_DENIED'),
  '53': retry('POSTGRES_UNREACHABLE'),
  '57': retry('POSTGRES_UNREACHABLE'),
};
/** What node and pg say when there is no server or no connection any more. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What a server says that follows a primary, or of a slot that it copies from there. */
const OF_A_STANDBY = /recovery is in progress|being synchronized from the primary|on the primary/i;

/** What an error of the source database means for the publisher. Anything unknown is tried again: it may pass. */
export function classifyReplicationError(error: unknown): ErrorVerdict {
  if (typeof error !== 'object' || error === null) return retry('REPLICATION_BROKEN');
  // Already told apart by whoever connects.
  if (isCausewayError(error, 'POSTGRES_ACCESS_DENIED') || isCausewayError(error, 'POSTGRES_TLS_REFUSED'))
    return stop(error.code);
  const { code, message } = error as { code?: unknown; message?: unknown };
  const said = typeof message === 'string' ? message : '';
  if (typeof code !== 'string') {
    return /connection terminated|timeout expired/i.test(said)
      ? retry('POSTGRES_UNREACHABLE')
      : retry('REPLICATION_BROKEN');
  }
  if (NETWORK.has(code)) return retry('POSTGRES_UNREACHABLE');
  if (code === '55000' && said.includes('wal_level')) return stop('WAL_LEVEL_NOT_LOGICAL');
  if (code === '55000' && OF_A_STANDBY.test(said)) return retry('SOURCE_IS_STANDBY');
  if (code === '42704' && said.includes('publication')) return stop('PUBLICATION_MISSING');
  return BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? retry('REPLICATION_BROKEN');
}
