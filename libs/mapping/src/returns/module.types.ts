import type { ReturnModule, Returns } from './return.types.ts';

/** Event types that records of a module may give. */
export function typesOf<State, Settings>(
  { events }: Pick<Returns<State, Settings>, 'events'>,
  { tells, gives }: Pick<ReturnModule<State, Settings>, 'tells' | 'gives'>,
): string[] {
  if (gives === undefined) return Object.keys(events);
  return [...gives, ...Object.values(tells)];
}
