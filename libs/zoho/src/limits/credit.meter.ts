import { AsyncLocalStorage } from 'node:async_hooks';

interface Meter {
  credits: number;
}

const meters = new AsyncLocalStorage<Meter>();

/** Counts the credits of all calls that `work` makes, by whatever client and however deep: `takeCredits` inside it says how many. */
export function metered<T>(work: () => Promise<T>): Promise<T> {
  return meters.run({ credits: 0 }, work);
}

/** Credits since the last question, in the `metered` work around; 0 outside of one. */
export function takeCredits(): number {
  const meter = meters.getStore();
  if (meter === undefined) return 0;
  const { credits } = meter;
  meter.credits = 0;
  return credits;
}

/** Told by the client of each call that left. */
export function countCredits(credits: number): void {
  const meter = meters.getStore();
  if (meter !== undefined) meter.credits += credits;
}
