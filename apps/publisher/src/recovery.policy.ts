import { CausewayError, isCausewayError, type ErrorCode } from '#contracts';
import { classifyReplicationError } from '#replication';

/**
 * What follows a failure. `retry`: again with backoff, it passes by itself. `standby`: somebody else publishes; look whether the
 * slot is free. `stop`: a person must act; nothing is published, and the checks are made again now and then.
 */
export interface Recovery {
  readonly action: 'retry' | 'standby' | 'stop';
  readonly error: CausewayError;
}

const STANDBY: ReadonlySet<ErrorCode> = new Set(['SLOT_IN_USE', 'PUBLISHER_FENCED']);
const RETRY: ReadonlySet<ErrorCode> = new Set([
  'POSTGRES_UNREACHABLE',
  'KAFKA_UNREACHABLE',
  'SOURCE_IS_STANDBY',
  'REPLICATION_BROKEN',
  'BATCH_REFUSED',
]);

/** Every failure ends a session; this says what the next one waits for. Any error becomes one of the catalogue. */
export function planRecovery(failure: unknown): Recovery {
  if (isCausewayError(failure)) {
    if (STANDBY.has(failure.code)) return { action: 'standby', error: failure };
    return { action: RETRY.has(failure.code) ? 'retry' : 'stop', error: failure };
  }
  const { action, code } = classifyReplicationError(failure);
  const reason =
    typeof failure === 'object' && failure !== null && 'message' in failure ? String(failure.message) : String(failure);
  const error = new CausewayError(code, { details: { reason }, cause: failure });
  return { action: action === 'wait' ? 'standby' : action, error };
}
