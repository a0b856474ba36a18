/** Names whose values never reach a log line, in whatever place a careless caller puts them. */
const NAMES = `payload data fields body
  token secret password authorization Authorization cookie Cookie
  accessToken refreshToken clientSecret access_token refresh_token client_secret`;
export const SECRET_NAMES: ReadonlySet<string> = new Set(NAMES.split(/\s+/));
export const CENSOR = '[redacted]';
/** What lies deeper is left out: a log line is no place for a tree. */
const DEEPEST = 8;

/** A copy of what is to be logged without payloads and secrets, told by their names. Pure. */
export function redact(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(given, 1);
}

function redactObject(given: Readonly<Record<string, unknown>>, level: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(given)) copy[name] = SECRET_NAMES.has(name) ? CENSOR : redactValue(given[name], level);
  return copy;
}

function redactValue(value: unknown, level: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (level > DEEPEST) return CENSOR;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, level + 1));
  return isPlain(value) ? redactObject(value, level + 1) : value;
}

/** Dates, errors and the like know best how to be written. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
