import type { CommandState, ErrorCode, Lane, NoRoom, Outcome } from '#contracts';
import { retryDecision, type RetryDecision } from './retry.schedule.ts';
import { throttleWait } from './throttle.wait.ts';

/** What becomes of a command after an attempt. */
export interface Settlement {
  readonly state: Exclude<CommandState, 'in_flight'>;
  readonly delayMs: number;
  readonly lane: Lane;
  readonly failures: number;
  /** Attempts that met no room: they are not counted as tries. */
  readonly throttles: number;
  readonly code: ErrorCode | null;
  readonly reason: string | null;
  readonly field: string | null;
}

export interface SettledAttempt {
  readonly lane: Lane;
  /** Failed attempts before this one. */
  readonly failures: number;
  /** Attempts that met no room before this one. Default: none. */
  readonly throttles?: number;
  /** Epoch milliseconds. Default: now. */
  readonly now?: number;
  /** In [0, 1): the jitter of a pause. */
  readonly random: number;
}

/** The one place that says what an outcome does to its command (packs/README.md section 4, "Tried again"). */
export function settlementOf(outcome: Outcome, attempt: SettledAttempt): Settlement {
  const { lane, failures, throttles = 0 } = attempt;
  const done = { delayMs: 0, lane, failures, throttles, code: null, reason: null, field: null };
  switch (outcome.kind) {
    case 'succeeded':
      return { ...done, state: 'succeeded', reason: outcome.saved === true ? 'saved' : null };
    case 'skipped':
      return { ...done, state: 'skipped', reason: outcome.reason };
    case 'rejected':
      return { ...done, state: 'parked', code: outcome.code, reason: outcome.reason, field: outcome.field };
    case 'throttled':
      return { ...noRoom(attempt, outcome), state: 'ready', code: codeOf(outcome), reason: outcome.reason };
    case 'unavailable':
      return { ...again(attempt), state: 'ready', code: 'CRM_UNAVAILABLE', reason: outcome.reason };
    case 'unknown':
      return {
        ...(outcome.noRoom === undefined ? again(attempt) : noRoom(attempt, outcome.noRoom)),
        state: 'unknown',
        code: 'CRM_OUTCOME_UNKNOWN',
        reason: outcome.reason,
      };
    default:
      return outcome satisfies never;
  }
}

type Again = Omit<Settlement, 'state' | 'code' | 'reason'>;

function again(attempt: SettledAttempt): Again {
  const failures = attempt.failures + 1;
  const { throttles = 0 } = attempt;
  return { ...after(attempt, retryDecision(failures, attempt.random)), failures, throttles };
}

/** Back to the queue by cause; that is no failed try. */
function noRoom(attempt: SettledAttempt, why: Partial<NoRoom>): Again {
  const { failures, throttles = 0, now = Date.now(), random } = attempt;
  return { ...after(attempt, throttleWait(why, { throttles, now, random })), failures, throttles: throttles + 1 };
}

/** Only what was live moves to the lane retry: there automations run, which the other lanes never let happen. */
function after(attempt: SettledAttempt, { delayMs, lane }: RetryDecision): Pick<Again, 'delayMs' | 'lane' | 'field'> {
  return { delayMs, lane: lane === 'retry' && attempt.lane === 'live' ? 'retry' : attempt.lane, field: null };
}

function codeOf({ cause }: Partial<NoRoom>): ErrorCode {
  return cause === 'credits' ? 'CRM_CREDITS_SPENT' : 'CRM_THROTTLED';
}
