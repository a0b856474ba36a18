/** Thrown when somebody asked the publisher to stop; no failure. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The result of `work`, unless `signal` comes first; the work itself is not ended by that. @throws Stopped */
export async function orStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new Stopped());
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits, at most until `signal`. @throws Stopped */
export async function pauseFor(signal: AbortSignal, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await orStopped(signal, waited);
  } finally {
    clearTimeout(timer);
  }
}
