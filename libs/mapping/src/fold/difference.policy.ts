import { recordKeyOf, type Command, type Json, type JsonObject } from '#contracts';
import { sameJson } from './json.equality.ts';
import { triggerOf } from './lane.policy.ts';
import type { WantedFields, WantedRecord } from './wanted.types.ts';

/**
 * The commands that turn one projection into another (packs/README.md section 4, "Difference"): writes in the order
 * of the new projection, then deletes in the reverse order of the old one, so that nothing refers to what is gone.
 * @throws Error when a projection names one record twice.
 */
export function difference(before: readonly WantedRecord[], after: readonly WantedRecord[]): Command[] {
  const old = byKey(before);
  const wanted = byKey(after);
  const writes = after.flatMap((record) => writeOf(record, old.get(recordKeyOf(record))));
  const deletes = before
    .filter((record) => !wanted.has(recordKeyOf(record)) && record.whenGone !== 'leave')
    .toReversed()
    .map((record) => deleteOf(record));
  return [...writes, ...deletes];
}

function byKey(records: readonly WantedRecord[]): Map<string, WantedRecord> {
  const map = new Map(records.map((record) => [recordKeyOf(record), record]));
  if (map.size === records.length) return map;
  throw new Error(`a projection names one record twice: ${records.map((record) => recordKeyOf(record)).join(', ')}`);
}

/** The write that makes a record: all that is not empty. */
export function firstWrite(record: WantedRecord): Command {
  return writeCommand(record, firstFields(record));
}

function writeOf(record: WantedRecord, before: WantedRecord | undefined): Command[] {
  if (record.byEffect === true) return [];
  const fields = before === undefined ? firstFields(record) : changedFields(before.fields, record.fields);
  return Object.keys(fields).length === 0 ? [] : [writeCommand(record, fields)];
}

function writeCommand(record: WantedRecord, fields: JsonObject): Command {
  const { module, identity, whenConverted, linkOnly, ensure } = record;
  const trigger = triggerOf(record, fields);
  const command = { module, identity, fields, trigger, whenConverted: whenConverted?.write ?? 'follow' } as const;
  return {
    operation: 'write',
    ...command,
    ...(linkOnly === true ? { linkOnly } : {}),
    ...(ensure === true ? { ensure } : {}),
  };
}

function deleteOf({ module, identity, whenConverted }: WantedRecord): Command {
  const converted = whenConverted?.delete ?? 'follow';
  return { operation: 'delete', module, identity, fields: {}, trigger: [], whenConverted: converted };
}

function firstFields({ identity, fields, onCreate }: WantedRecord): JsonObject {
  const all: WantedFields = { [identity.field]: identity.value, ...onCreate, ...fields };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Json] => entry[1] != null));
}

function changedFields(before: WantedFields, after: WantedFields): JsonObject {
  const changed: Record<string, Json> = {};
  const known = Object.keys(before);
  for (const name of known) {
    const value = after[name] ?? null;
    const was = before[name] ?? null;
    if (was !== value && !sameJson(was, value)) changed[name] = value;
  }
  const names = Object.keys(after);
  // A projection says the same fields each time, in the same order.
  if (names.length === known.length && names.every((name, at) => name === known[at])) return changed;
  for (const name of names) {
    const value = after[name] ?? null;
    if (value !== null && !Object.hasOwn(before, name)) changed[name] = value;
  }
  return changed;
}
