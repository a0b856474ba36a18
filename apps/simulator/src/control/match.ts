import { parseAnyTime } from '../org/zoho.time.ts';

/** Resolves `{"$ref": {"module", "match"}}` to the id of the one record that matches. */
export type Resolve = (reference: { readonly module: string; readonly match: unknown }) => string | undefined;

/**
 * Whether a value is what a test expects (packs/README.md, section 9): numbers and instants by value, null for empty or missing,
 * arrays by length and order, objects by the given keys, everything else exactly.
 */
export function holds(actual: unknown, expected: unknown, resolve: Resolve): boolean {
  if (expected === null) return isEmpty(actual);
  const reference = referenceIn(expected);
  if (reference !== undefined) {
    const id = resolve(reference);
    return id !== undefined && idOf(actual) === id;
  }
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((entry, at) => holds(actual[at], entry, resolve))
    );
  }
  if (typeof expected === 'object') {
    const given = typeof actual === 'object' && actual !== null ? (actual as Record<string, unknown>) : undefined;
    return Object.entries(expected).every(([key, value]) => holds(given?.[key], value, resolve)) && given !== undefined;
  }
  return sameValue(actual, expected);
}

function sameValue(actual: unknown, expected: unknown): boolean {
  if (actual === expected) return true;
  if (typeof expected === 'number' || typeof actual === 'number') {
    return isNumeric(actual) && isNumeric(expected) && Number(actual) === Number(expected);
  }
  const instant = parseAnyTime(expected);
  return instant !== undefined && parseAnyTime(actual) === instant;
}

function isNumeric(value: unknown): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}

export function referenceIn(value: unknown): { readonly module: string; readonly match: unknown } | undefined {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return undefined;
  const reference = value.$ref;
  if (typeof reference !== 'object' || reference === null || !('module' in reference)) return undefined;
  return { module: String(reference.module), match: 'match' in reference ? reference.match : {} };
}
