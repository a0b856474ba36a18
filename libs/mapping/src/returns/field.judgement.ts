import { linkedKeyOf, type Json, type JsonObject } from '#contracts';
import { sameValue } from '../values/same.value.ts';

/**
 * Whether a field holds what we want there. A row of a subform is compared in what we say of it: the CRM adds ids and totals of its own.
 */
export function holdsWanted(wanted: Json, actual: Json): boolean {
  if (!Array.isArray(wanted)) return sameReference(wanted, actual) ?? sameValue(wanted, actual);
  if (wanted.length === 0) return sameValue(wanted, actual);
  if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
  return wanted.every((row, index) => holdsRow(row, actual[index] ?? null));
}

function holdsRow(wanted: Json, actual: Json): boolean {
  if (!isObject(wanted) || !isObject(actual)) return sameValue(wanted, actual);
  return Object.entries(wanted).every(([name, value]) => holdsWanted(value, actual[name] ?? null));
}

/** Lookups compare by the record that they name; null when neither value is one of ours. */
function sameReference(wanted: Json, actual: Json): boolean | null {
  const [ours, theirs] = [linkedKeyOf(wanted), linkedKeyOf(actual)];
  return ours === null && theirs === null ? null : ours === theirs;
}

/** A value as it is told to the product: a lookup by what names its record there. */
export function toldValue(value: Json): Json {
  const key = linkedKeyOf(value);
  if (key !== null) return key.slice(key.indexOf('/') + 1);
  if (Array.isArray(value)) return value.map((part) => toldValue(part));
  if (!isObject(value)) return value === '' ? null : value;
  if (typeof value['id'] === 'string' && Object.keys(value).every((name) => name === 'id' || name === 'name'))
    return value['id'];
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toldValue(part)]));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
