/** Objects that were frozen all the way down here. */
const frozenObjects = new WeakSet<object>();

/** Freezes a value in place, all the way down, and gives it back. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || frozenObjects.has(value)) return value;
  frozenObjects.add(value);
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/**
 * Refuses what would not come back as it is when it is stored as JSON (undefined, NaN, a Date, a Map, ...).
 * @throws TypeError naming the place.
 */
export function requireJson(value: unknown, path = 'state'): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError(`${path} is not JSON`);
  for (const name of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[name];
    if (typeof part === 'string') continue;
    // Said again with its place only when it is refused: building the place of everything that is right would cost most of the time.
    if (!isJson(part)) requireJson(part, `${path}.${name}`);
  }
}

/**
 * The same for an object that was made of another one which is JSON: parts that both have in common are not looked at again.
 * @throws TypeError naming the place
 */
export function requireJsonSince(value: object, before: object): void {
  if (!isPlain(value)) throw new TypeError('state is not JSON');
  for (const name of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[name];
    const isKnown = Object.hasOwn(before, name) && part === (before as Record<string, unknown>)[name];
    if (!isKnown) requireJson(part, `state.${name}`);
  }
}

function isJson(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || !isPlain(value)) return false;
  for (const name of Object.keys(value)) if (!isJson((value as Record<string, unknown>)[name])) return false;
  return true;
}

/** By the length of the prototype chain, not by identity: objects may come from another realm (Jest, worker). */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** Refuses what is no JSON, and freezes what is. @throws TypeError naming the place */
export function frozenJson<T>(value: T): T {
  requireJson(value);
  return frozen(value);
}
