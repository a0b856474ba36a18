import { isCausewayError } from '#contracts';
import { isRetryable } from '#postgres';

/** Thrown by a handler for an event that it cannot apply and will not be able to: the event is set aside with this code. */
export class Poison extends Error {
  readonly code: string;

  /** @param code the product's own word for what is wrong; `reason` holds no personal data, since operators see it. */
  constructor(code: string, reason: string) {
    super(reason);
    this.name = 'Poison';
    this.code = code;
  }
}

/** Why an event was set aside. */
export interface Fault {
  readonly code: string;
  readonly reason: string;
}

/** A reason is for people, who need no more of it. */
const LONGEST = 500;

/**
 * What the failure of a handler means: null when the same work may succeed later by itself (a lost connection, a deadlock), so that
 * the batch comes again; else the fault with which the event is set aside. A bug in the handler is one: it is kept for a redrive.
 */
export function faultOf(error: unknown): Fault | null {
  if (error instanceof Poison) return { code: error.code, reason: plain(error.message) };
  if (isRetryable(error)) return null;
  const code = isCausewayError(error) ? error.code : 'INBOX_EVENT_FAILED';
  return { code, reason: plain(error instanceof Error ? error.message : String(error)) };
}

/** What a text column can hold, and not endlessly much of it. */
function plain(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().slice(0, LONGEST);
}
