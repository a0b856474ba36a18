import { compareInstants, type Instant } from './instant.value.ts';

/** When and by which event something was said: an order of events that does not depend on how they arrive. */
export interface Stamp {
  readonly at: Instant;
  readonly id: string;
}

/** A value that only a later word replaces. `stamp` null: nobody has said anything yet. */
export interface Stamped<T> {
  readonly value: T;
  readonly stamp: Stamp | null;
}

export function unstamped<T>(value: T): Stamped<T> {
  return { value, stamp: null };
}

/** The stamp of an event. */
export function stampOf({ time, id }: { readonly time: Instant; readonly id: string }): Stamp {
  return { at: time, id };
}

/** Less than 0, 0 or more than 0; no stamp is before any other. Of one instant the greater event id is the later. */
export function compareStamps(a: Stamp | null, b: Stamp | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const order = compareInstants(a.at, b.at);
  if (order !== 0 || a.id === b.id) return order;
  return a.id < b.id ? -1 : 1;
}

/** The value as said now, unless a later word stands already; `undefined` says nothing. */
export function restamped<T>(held: Stamped<T>, value: T | undefined, stamp: Stamp): Stamped<T> {
  return value === undefined || compareStamps(stamp, held.stamp) <= 0 ? held : { value, stamp };
}
