import type { Json, JsonObject } from '#contracts';

/** Path in the state -> what stood there before and after; null where nothing stood. Empty: it changed, and is too large to be kept. */
export type StateChanges = Record<string, [before: Json, after: Json] | []>;

/** Longest that the changes of one step may be, in characters of JSON. */
const MOST_CHARACTERS = 16_384;

/**
 * What a step changed in the state, down to the smallest parts that differ; lists count as one part. Null for nothing. Pure. Parts that
 * the fold took over as they were are told by their identity, so it costs as much as what changed.
 */
export function stateChanges(before: JsonObject | null, after: JsonObject | null): StateChanges | null {
  if (before === after || after === null) return null;
  const changes: StateChanges = {};
  addChanges(changes, '', { before: before ?? {}, after });
  return Object.keys(changes).length === 0 ? null : changes;
}

/** As JSON; where that would be too long only the paths. Null for nothing. */
export function changesText(before: JsonObject | null, after: JsonObject | null): string | null {
  const changes = stateChanges(before, after);
  if (changes === null) return null;
  const text = JSON.stringify(changes);
  if (text.length <= MOST_CHARACTERS) return text;
  return JSON.stringify(Object.fromEntries(topLevel(changes).map((name) => [name, []])));
}

function addChanges(changes: StateChanges, path: string, sides: { before: JsonObject; after: JsonObject }): void {
  const { before, after } = sides;
  for (const name of Object.keys(after))
    addChange(changes, `${path}${name}`, [valueOf(before, name), valueOf(after, name)]);
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) addChange(changes, `${path}${name}`, [valueOf(before, name), null]);
  }
}

function addChange(changes: StateChanges, path: string, [before, after]: [Json, Json]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) return addChanges(changes, `${path}.`, { before, after });
  if (Array.isArray(before) && Array.isArray(after) && JSON.stringify(before) === JSON.stringify(after)) return;
  changes[path] = [before, after];
}

function valueOf(object: JsonObject, name: string): Json {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function topLevel(changes: StateChanges): string[] {
  return [...new Set(Object.keys(changes).map((path) => path.split('.')[0] ?? path))];
}
