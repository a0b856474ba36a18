import { setTimeout as wait } from 'node:timers/promises';

/** Asks until there is an answer. @throws Error that says what did not happen in time. */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined>, timeoutMs = 10_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
    await wait(5);
  }
}
