/**
 * Resolves at the first SIGINT or SIGTERM. Call it before anything is started: a signal that comes meanwhile is remembered.
 * The listeners stay, since Nest sends a signal once more after its own clean-up, and that one would end the process in
 * the middle of ours.
 */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
