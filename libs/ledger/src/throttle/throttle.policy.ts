/** What a throttle counts: commands, or calls of them (a call carries up to a hundred). */
export type ThrottleUnit = 'calls' | 'commands';

export interface Bucket {
  readonly id: string;
  readonly unit: ThrottleUnit;
  /** What may go now. */
  readonly tokens: number;
}

/** A command with the throttles that it falls under. */
export interface PacedCommand {
  readonly id: string;
  readonly throttles: readonly string[];
}

/** Most that gathers while nothing goes: what a second gives, and at least one. */
export function burstOf(perSecond: number): number {
  return Math.max(1, perSecond);
}

/** What is in a bucket after so many seconds. Pure. */
export function refilled(
  { tokens, perSecond }: { readonly tokens: number; readonly perSecond: number },
  seconds: number,
): number {
  return Math.min(burstOf(perSecond), tokens + Math.max(0, seconds) * perSecond);
}

/**
 * Which commands of one call may go, in their order, and what is taken from each bucket for it. A throttle of calls is charged once,
 * with the first command that goes. Pure.
 */
export function spend(
  buckets: readonly Bucket[],
  commands: readonly PacedCommand[],
): { readonly back: ReadonlySet<string>; readonly spent: ReadonlyMap<string, number> } {
  const byId = new Map(buckets.map((bucket) => [bucket.id, bucket]));
  const spent = new Map<string, number>();
  const back = new Set<string>();
  for (const { id, throttles } of commands) {
    const own = throttles.flatMap((throttle) => byId.get(throttle) ?? []);
    const charged = own.filter((bucket) => bucket.unit === 'commands' || !spent.has(bucket.id));
    if (charged.some((bucket) => bucket.tokens - (spent.get(bucket.id) ?? 0) < 1)) back.add(id);
    else for (const bucket of charged) spent.set(bucket.id, (spent.get(bucket.id) ?? 0) + 1);
  }
  return { back, spent };
}
