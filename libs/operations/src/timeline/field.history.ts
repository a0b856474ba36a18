import type { Json, JsonObject } from '#contracts';
import type { ShownChange } from './lifeline.types.ts';

/** What stands in place of a value that may be personal. */
export const HIDDEN = '•••';

/** The value, or that there is one: null stays null, and yes and no tell nobody anything. Pure. */
export function hidden(value: Json): Json {
  return value === null || typeof value === 'boolean' ? value : HIDDEN;
}

/** A change as it may be shown. `before` undefined: it is not known any more. */
export function shownChange(
  name: string,
  [before, after]: readonly [Json | undefined, Json],
  withValues: boolean,
): ShownChange {
  const show = withValues ? (value: Json): Json => value : hidden;
  return { name, ...(before === undefined ? {} : { before: show(before) }), after: show(after) };
}

/** Something that gave fields of a record values, in the order in which it happened. */
export interface FieldStep {
  readonly recordKey: string;
  readonly fields: JsonObject;
  /** Values as they stood before, where it says so itself. */
  readonly before?: JsonObject;
}

/** For each step what its fields held before it, as the steps before it say; absent where none of them does. Pure. */
export function valuesBefore(steps: readonly FieldStep[]): JsonObject[] {
  const known = new Map<string, Map<string, Json>>();
  return steps.map(({ recordKey, fields, before = {} }) => {
    const held = known.get(recordKey) ?? new Map<string, Json>();
    known.set(recordKey, held);
    const found: JsonObject = {};
    for (const [field, after] of Object.entries(fields)) {
      const value = Object.hasOwn(before, field) ? before[field] : held.get(field);
      if (value !== undefined) found[field] = value;
      held.set(field, after);
    }
    return found;
  });
}
