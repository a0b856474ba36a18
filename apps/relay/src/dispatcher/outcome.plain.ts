import type { Outcome } from '#contracts';
import type { WriteOutcome } from '#zoho';

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
        ? { kind: 'throttled', reason: answer.code }
        : { kind: 'rejected', code: answer.code, reason: answer.reason, field: answer.field };
    case 'throttled':
    case 'unavailable':
    case 'unknown':
      return { kind: answer.kind, reason: answer.reason };
    default:
      return answer satisfies never;
  }
}
