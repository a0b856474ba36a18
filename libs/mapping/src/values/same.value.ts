import type { Json } from '#contracts';
import { cleanLines, cleanText } from './cleaning.ts';
import { decimalOf, round } from './decimal.ts';
import { crmInstant, instantOf } from './instant.value.ts';

/**
 * Whether two values of one CRM field are the same in canonical form (packs/README.md section 6): text cleaned, dates
 * and instants by value (to the second, as the CRM holds them), money to 2 places, null = empty, lookups by id.
 */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [canonical(a), canonical(b)];
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return sameList(left, right);
  if (isObject(left) && isObject(right)) return sameObject(left, right);
  if (isObject(left) || isObject(right)) return sameLookup(left, right);
  return sameNumber(left, right);
}

function canonical(value: Json | undefined): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return canonicalText(value);
  if (Array.isArray(value) && value.length === 0) return null;
  return value;
}

/** Line breaks count, the white space within a line does not; so one rule serves *text* and *lines*. */
function canonicalText(value: string): string | null {
  const clean = cleanLines(value)
    .split('\n')
    .map((line) => cleanText(line))
    .join('\n')
    .trim();
  const at = instantOf(clean);
  return clean === '' ? null : at === null ? clean : crmInstant(at);
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameList(left: Json[], right: Json[]): boolean {
  return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
}

function sameObject(left: { [key: string]: Json }, right: { [key: string]: Json }): boolean {
  if (typeof left['id'] === 'string' && typeof right['id'] === 'string') return left['id'] === right['id'];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => sameValue(left[name], right[name]));
}

/** A lookup is written as an id or `{id}`, and read as `{id, name}`. */
function sameLookup(left: Json, right: Json): boolean {
  const idOf = (value: Json): Json => (isObject(value) ? (value['id'] ?? null) : value);
  const [a, b] = [idOf(left), idOf(right)];
  return typeof a === 'string' && a === b;
}

/** Numbers to 2 places; the CRM gives some numbers as text. Two texts are never numbers: think of phone numbers. */
function sameNumber(left: Json, right: Json): boolean {
  if (typeof left !== 'number' && typeof right !== 'number') return false;
  const [a, b] = [rounded(left), rounded(right)];
  return a !== null && a === b;
}

function rounded(value: Json): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const exact = decimalOf(value);
  return exact === null ? null : round(exact, 2);
}
