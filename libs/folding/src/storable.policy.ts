/** Deeper values overflow the stack of whoever writes or reads them, Postgres's too. */
const MOST_DEPTH = 1000;

/**
 * Whether Postgres can store a JSON value as jsonb: a NUL and half of a surrogate pair are JSON, and no jsonb column takes them.
 * Products' events come out of Postgres; other writers are not bound by it. Pure.
 */
export function isStorable(value: unknown): boolean {
  return isStorableSince(value, undefined);
}

/**
 * The same for a value that was made of another one which can be stored: what both have in common is not looked at again. A step changes
 * little of a state.
 */
export function isStorableSince(value: unknown, before: unknown, depth = 0): boolean {
  if (value === before) return true;
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MOST_DEPTH) return false;
  const known = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {};
  for (const name of Object.keys(value)) {
    const isKnown = Object.hasOwn(known, name);
    if (!isKnown && !isStorableSince(name, undefined)) return false;
    const part = (value as Record<string, unknown>)[name];
    if (!isStorableSince(part, isKnown ? known[name] : undefined, depth + 1)) return false;
  }
  return true;
}

/** The text without what no column can store. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
