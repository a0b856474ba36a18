import type { NoRoom } from '#contracts';
import { jittered, retryDecision, type RetryDecision } from './retry.schedule.ts';

const SECOND = 1000;
/** Our own places are taken for the length of a call. */
const NO_PLACE = SECOND;
/** Credits come back by the five minutes; somebody may also buy some, so no wait is longer than the last pause of the schedule. */
const CREDITS = 300 * SECOND;
const TOKENS = 60 * SECOND;
const LONGEST = 900 * SECOND;

export interface ThrottledAttempt {
  /** Attempts that met no room before this one. */
  readonly throttles: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * How long a command waits that met no room, by cause. What the destination refused goes by the schedule (packs/README.md section 4);
 * what our own count held back made no call and waits for what it lacks. What is held by a person or a state goes on with that.
 */
export function throttleWait(noRoom: Partial<NoRoom>, { throttles, now, random }: ThrottledAttempt): RetryDecision {
  const { cause = 'calls', until = null } = noRoom;
  switch (cause) {
    case 'concurrency':
    case 'calls': {
      const next = retryDecision(throttles + 1, random);
      return until === null ? next : { ...next, delayMs: Math.max(next.delayMs, between(until - now)) };
    }
    case 'place':
      return { delayMs: jittered(NO_PLACE, random), lane: 'same' };
    case 'credits':
      return { delayMs: until === null ? jittered(CREDITS, random) : between(until - now), lane: 'same' };
    case 'tokens':
      return { delayMs: until === null ? jittered(TOKENS, random) : between(until - now), lane: 'same' };
    case 'stopped':
    case 'held':
      return { delayMs: 0, lane: 'same' };
    default:
      return cause satisfies never;
  }
}

function between(milliseconds: number): number {
  return Math.min(LONGEST, Math.max(SECOND, milliseconds));
}
