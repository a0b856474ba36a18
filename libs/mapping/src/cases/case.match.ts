import type { Json } from '#contracts';
import { z } from 'zod';
import { sameJson } from '../fold/json.equality.ts';
import { instantOf } from '../values/instant.value.ts';
import { jsonObjectSchema } from '#contracts';

const refSchema = z.strictObject({
  $ref: z.strictObject({
    module: z.string().optional(),
    object: z.string().optional(),
    tenant_id: z.string().optional(),
    match: jsonObjectSchema,
  }),
});

/** The one record that a lookup shall point at. */
export type Reference = z.infer<typeof refSchema>['$ref'];

/** The id of the one record that a reference matches; null when none or several do. */
export type ResolveRef = (reference: Reference) => string | null;

/**
 * Whether `actual` holds what `expected` names (packs/README.md section 9): null = empty or missing; numbers and
 * instants by value; dates, text and booleans exactly; arrays by length and order; objects by the given keys, at any
 * depth; `{"$ref": ...}` is a lookup of the one record that matches.
 */
export function matches(expected: Json, actual: Json | undefined, resolveRef: ResolveRef): boolean {
  if (expected === null) return isEmpty(actual);
  if (actual === undefined || actual === null) return false;
  if (typeof expected === 'string') return typeof actual === 'string' && sameText(expected, actual);
  if (typeof expected !== 'object') return sameJson(expected, actual);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    return expected.every((item, index) => matches(item, actual[index], resolveRef));
  }
  const lookup = refSchema.safeParse(expected);
  if (lookup.success) return pointsAt(resolveRef(lookup.data.$ref), actual);
  if (typeof actual !== 'object' || Array.isArray(actual)) return false;
  return Object.entries(expected).every(([name, value]) => matches(value, actual[name], resolveRef));
}

function isEmpty(actual: Json | undefined): boolean {
  if (actual === undefined || actual === null || actual === '') return true;
  return Array.isArray(actual) && actual.length === 0;
}

/** Instants by value; a date alone is no instant here: it compares as the text it is. */
function sameText(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  if (!expected.includes(':') || !actual.includes(':')) return false;
  const at = instantOf(expected);
  return at !== null && at === instantOf(actual);
}

/** A lookup is read as `{id, name}`, and by some APIs as the bare id. */
function pointsAt(id: string | null, actual: Json): boolean {
  if (id === null || actual === null) return false;
  return typeof actual === 'object' && !Array.isArray(actual) ? actual['id'] === id : actual === id;
}
