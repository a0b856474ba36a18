import { setTimeout as pause } from 'node:timers/promises';

const FIRST_STEP_MS = 10;
const LAST_STEP_MS = 250;
/** A wait is at most so much longer than it need be. */
const OVERSHOOT = 1 / 20;
/** Below Jest's own limit, so that a wait in vain says what for; long, because a busy machine takes half a minute to start a process. */
export const PATIENCE_MS = 100_000;

export interface UntilOptions {
  /** What is waited for, for the message of a wait in vain. */
  readonly what?: string;
  readonly timeoutMs?: number;
}

/** What `look` gives as soon as that is neither false nor null nor undefined; asked again and again. @throws Error after the deadline. */
export async function until<T>(look: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { what = look.toString(), timeoutMs = PATIENCE_MS } = options;
  const begun = performance.now();
  for (;;) {
    const asked = performance.now();
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    const now = performance.now();
    if (now - begun > timeoutMs) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await pause(stepMs({ waitedMs: now - begun, lookMs: now - asked }));
  }
}

/** Asking must not take the processor from what is waited for: rarer as the wait grows, and never more than a third of the time. */
function stepMs({ waitedMs, lookMs }: { waitedMs: number; lookMs: number }): number {
  return Math.max(FIRST_STEP_MS, Math.min(LAST_STEP_MS, Math.max(waitedMs * OVERSHOOT, lookMs * 2)));
}
