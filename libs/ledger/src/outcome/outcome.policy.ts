import type { CommandState, ErrorCode, Lane, Outcome } from '#contracts';
import { retryDecision } from './retry.schedule.ts';

/** What becomes of a command after an attempt. */
export interface Settlement {
  readonly state: Exclude<CommandState, 'in_flight'>;
  readonly delayMs: number;
  readonly lane: Lane;
  readonly failures: number;
  readonly code: ErrorCode | null;
  readonly reason: string | null;
  readonly field: string | null;
}

export interface SettledAttempt {
  readonly lane: Lane;
  /** Failed attempts before this one. */
  readonly failures: number;
  /** In [0, 1): the jitter of a pause. */
  readonly random: number;
}

/** The one place that says what an outcome does to its command (packs/README.md section 4, "Tried again"). */
export function settlementOf(outcome: Outcome, attempt: SettledAttempt): Settlement {
  const done = { delayMs: 0, lane: attempt.lane, failures: attempt.failures, code: null, reason: null, field: null };
  switch (outcome.kind) {
    case 'succeeded':
      return { ...done, state: 'succeeded', reason: outcome.saved === true ? 'saved' : null };
    case 'skipped':
      return { ...done, state: 'skipped', reason: outcome.reason };
    case 'rejected':
      return { ...done, state: 'parked', code: outcome.code, reason: outcome.reason, field: outcome.field };
    case 'throttled':
      return { ...again(attempt), state: 'ready', code: 'CRM_THROTTLED', reason: outcome.reason };
    case 'unavailable':
      return { ...again(attempt), state: 'ready', code: 'CRM_UNAVAILABLE', reason: outcome.reason };
    case 'unknown':
      return { ...again(attempt), state: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: outcome.reason };
    default:
      return outcome satisfies never;
  }
}

/** Only what was live moves to the lane retry: there automations run, which the other lanes never let happen. */
function again(attempt: SettledAttempt): Omit<Settlement, 'state' | 'code' | 'reason'> {
  const failures = attempt.failures + 1;
  const { delayMs, lane } = retryDecision(failures, attempt.random);
  return { delayMs, lane: lane === 'retry' && attempt.lane === 'live' ? 'retry' : attempt.lane, failures, field: null };
}
