import { PATIENCE_MS, until as untilFound } from '#testing';

/** Asks until there is an answer. @throws Error that says what did not happen in time. */
export function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined>,
  timeoutMs = PATIENCE_MS,
): Promise<NonNullable<T>> {
  return untilFound<T | null | undefined>(ask, { what, timeoutMs });
}
