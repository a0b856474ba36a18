import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 10;
/** Below Jest's own limit, so that a wait in vain says what for; long, because a busy machine takes 20 s to start a process. */
export const PATIENCE_MS = 45_000;

export interface UntilOptions {
  /** What is waited for, for the message of a wait in vain. */
  readonly what?: string;
  readonly timeoutMs?: number;
}

/** What `look` gives as soon as that is neither false nor null nor undefined; asked again and again. @throws Error after the deadline. */
export async function until<T>(look: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { what = look.toString(), timeoutMs = PATIENCE_MS } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await pause(STEP_MS);
  }
}
