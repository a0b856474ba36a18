/** Objects frozen all the way down here, and those of them known to be JSON: states go round and need it once. */
const frozenObjects = new WeakSet<object>();
const jsonObjects = new WeakSet<object>();

/** Freezes a value in place, all the way down, and gives it back. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || frozenObjects.has(value)) return value;
  frozenObjects.add(value);
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/**
 * Freezes a value that is going to be stored as JSON.
 * @throws TypeError naming the place of anything that would not come back as it is (undefined, NaN, a Date, a Map, ...).
 */
export function frozenJson<T>(value: T, path = 'state'): T {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError(`${path} is not JSON`);
  if (jsonObjects.has(value)) return value;
  for (const [name, part] of Object.entries(value)) frozenJson(part, `${path}.${name}`);
  jsonObjects.add(value);
  frozenObjects.add(value);
  return Object.freeze(value);
}

/** By the length of the prototype chain, not by identity: objects may come from another realm (Jest, worker). */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
