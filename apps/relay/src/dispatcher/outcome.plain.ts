import type { NoRoom, Outcome } from '#contracts';
import type { Failure, Rejected, WriteOutcome } from '#zoho';

/**
 * A refusal that concerns the whole connection (grant revoked, scope missing) is not the command's fault: it goes back
 * to the queue, and the connection is stopped elsewhere.
 */
export function outcomeOf(answer: WriteOutcome): Outcome {
  switch (answer.kind) {
    case 'succeeded':
      return { kind: 'succeeded', recordId: answer.recordId, created: answer.created };
    case 'rejected':
      return answer.concerns === 'connection'
        ? { kind: 'throttled', reason: answer.code, cause: 'stopped', until: null }
        : { kind: 'rejected', code: answer.code, reason: explained(answer), field: answer.field };
    case 'throttled':
      return { kind: 'throttled', reason: answer.reason, cause: answer.cause, until: answer.until };
    case 'unavailable':
    case 'unknown':
      return { kind: answer.kind, reason: answer.reason };
    default:
      return answer satisfies never;
  }
}

/** What could not be read is as unknown as before; where there was no room to ask, that is no failed try. */
export function stillUnknown(failure: Failure): Extract<Outcome, { kind: 'unknown' }> {
  const noRoom = noRoomOf(failure);
  return { kind: 'unknown', reason: failure.reason, ...(noRoom === null ? {} : { noRoom }) };
}

function noRoomOf(failure: Failure): NoRoom | null {
  if (failure.kind === 'throttled') return { cause: failure.cause, until: failure.until };
  return failure.kind === 'rejected' && failure.concerns === 'connection' ? { cause: 'stopped', until: null } : null;
}

/** A duplicate names the record that has the value, so that a person can look at both (packs/README.md section 6). */
function explained({ reason, other }: Rejected): string {
  return other === null ? reason : `${reason}: record ${other.recordId}${other.module === null ? '' : ` of ${other.module}`}`;
}
