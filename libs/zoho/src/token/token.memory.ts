import type { Token, TokenStore, WithLock } from './token.types.ts';

/** A token store within one process: for tests, and for tools that run once. */
export function createMemoryTokenStore(): TokenStore {
  let kept: Token | null = null;
  return {
    read: () => Promise.resolve(kept),
    write: (token) => {
      kept = token;
      return Promise.resolve();
    },
  };
}

/** A lock within one process: work runs one after another, in the order of the calls. */
export function createMemoryLock(): WithLock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(work, work);
    last = run.catch(() => undefined);
    return run;
  };
}
