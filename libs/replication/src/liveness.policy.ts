export interface LivenessPlan {
  /** How often a status update goes out, with a question that the server answers. */
  readonly statusIntervalMs: number;
  /** A server that was silent for so long, though asked several times, is dead. */
  readonly deadAfterMs: number;
}

/** The server asks after half of its limit and gives up at the end of it, so we write after a third at the latest. */
export function planLiveness(senderTimeoutMs: number, mostMs: number): LivenessPlan {
  const statusIntervalMs = Math.max(1, Math.min(Math.floor(senderTimeoutMs / 3), mostMs));
  return { statusIntervalMs, deadAfterMs: Math.max(senderTimeoutMs, 3 * statusIntervalMs) };
}
