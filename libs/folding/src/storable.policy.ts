/** A NUL, or half of a surrogate pair, as JSON.stringify writes it: both are JSON, and no jsonb column takes them. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Whether Postgres can store a JSON text as jsonb. Products' events come out of Postgres; other writers are not bound by it. Pure. */
export function isStorableText(json: string): boolean {
  // Nearly no text has such an escape at all, and looking for these two characters is far cheaper.
  return !json.includes(String.raw`\u`) || !UNSTORABLE.test(json);
}

/** Whether all texts of a JSON value are such as Postgres can store; a look at each is cheaper than writing the JSON. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((part) => isStorable(part));
  for (const name of Object.keys(value)) {
    if (!isStorable(name) || !isStorable((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}

/** The text without what no column can store. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
