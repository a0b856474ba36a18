import { ERROR_CATALOGUE, isCausewayError, type CausewayError } from '#contracts';
import { errorFields } from '#observability';

/** One line of the doctor's report. */
export interface Finding {
  readonly check: string;
  /** `note`: nothing is broken, yet a person may want to know. */
  readonly status: 'ok' | 'note' | 'wrong';
  readonly detail: string;
  /** What to do; empty when nothing is to be done. */
  readonly action: string;
  /** What `doctor --fix` does about it; left out where that is for a person. */
  readonly fix?: Fix;
}

/**
 * What is safe to do by itself: nothing is lost by it, it may be done again, and whoever would do it in the end does the same.
 * `of`: the source, or the id of the channel; empty for all that is missing.
 */
export interface Fix {
  readonly name: 'topics-create' | 'outbox-partitions' | 'channel-renewal' | 'parked-marks';
  readonly of: string;
}

export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail, action: '' };
}

export function note(check: string, detail: string, action: string): Finding {
  return { check, status: 'note', detail, action };
}

export function wrong(check: string, detail: string, action: string): Finding {
  return { check, status: 'wrong', detail, action };
}

/** A server that did not let the doctor in: what it said, and what the catalogue advises when it knows the error. */
export function notReached(check: string, error: unknown, action: string): Finding {
  return wrong(check, errorFields(error).reason, isRefused(error) ? ERROR_CATALOGUE[error.code].action : action);
}

function isRefused(error: unknown): error is CausewayError {
  return isCausewayError(error) && !error.code.endsWith('_UNREACHABLE');
}
