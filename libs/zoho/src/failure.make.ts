import type { ErrorCode } from '#contracts';
import type { Rejected, Throttled, Unavailable, Unknown } from './outcome.types.ts';

/** A refusal with everything that was not said left empty. */
export function rejected(zohoCode: string, rest: Partial<Omit<Rejected, 'kind' | 'zohoCode'>> = {}): Rejected {
  return {
    kind: 'rejected',
    code: 'CRM_REJECTED',
    zohoCode,
    reason: zohoCode,
    field: null,
    concerns: 'call',
    gone: false,
    other: null,
    ...rest,
  };
}

export function throttled(reason: string, rest: Partial<Pick<Throttled, 'cause' | 'until'>> = {}): Throttled {
  return { kind: 'throttled', code: 'CRM_THROTTLED', reason, cause: 'calls', until: null, ...rest };
}

/** A call that somebody holds back before it leaves. */
export function heldBack(): Throttled {
  return throttled('HELD', { cause: 'held' });
}

export function unavailable(reason: string, code: ErrorCode = 'CRM_UNAVAILABLE'): Unavailable {
  return { kind: 'unavailable', code, reason };
}

export function unknown(reason: string, code: ErrorCode = 'CRM_OUTCOME_UNKNOWN'): Unknown {
  return { kind: 'unknown', code, reason };
}
