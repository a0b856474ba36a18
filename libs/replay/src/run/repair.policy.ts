import { recordKeyOf, type Command, type Json } from '#contracts';
import { difference, type WantedRecord } from '#mapping';

/** A value of a record of the CRM, as far as we know. */
export interface ToldValue {
  readonly value: Json;
  /** We sent it, or are about to; or a person put it there. */
  readonly by: 'us' | 'person';
}

/** What we know of a record of the CRM. */
export interface ToldRecord {
  /** A person deleted it: it is left alone until an operator has decided. */
  readonly isLost: boolean;
  readonly fields: ReadonlyMap<string, ToldValue>;
}

export interface Repair {
  /** What the stored state projects; null where nobody can say. */
  readonly before: readonly WantedRecord[] | null;
  /** What the state projects that was folded anew. */
  readonly after: readonly WantedRecord[];
  /** By record key; one that is absent was never made. */
  readonly told: ReadonlyMap<string, ToldRecord>;
}

/**
 * The writes and deletes after which the CRM holds what the new state wants: the difference to what we told it last, whichever version of the
 * mapping that was. A value that a person put there stays, unless the product's own value is another one now. Pure.
 */
export function repairCommands({ before, after, told }: Repair): Command[] {
  const stored = new Map((before ?? []).map((record) => [recordKeyOf(record), record]));
  const open = after.filter((record) => mayBeWritten(record, told.get(recordKeyOf(record))));
  const known = open.flatMap((record) => {
    const there = told.get(recordKeyOf(record));
    return there === undefined ? [] : [asTold(record, { there, stored: stored.get(recordKeyOf(record)) })];
  });
  const wanted = new Set(after.map((record) => recordKeyOf(record)));
  const gone = [...stored].filter(([key]) => !wanted.has(key) && told.get(key)?.isLost === false);
  return difference([...known, ...gone.map(([, record]) => record)], open);
}

function mayBeWritten({ ensure, byEffect }: WantedRecord, there: ToldRecord | undefined): boolean {
  if (there === undefined) return byEffect !== true;
  return !there.isLost && ensure !== true && byEffect !== true;
}

/** The record as it was wanted when it was told last. */
function asTold(
  record: WantedRecord,
  { there, stored }: { there: ToldRecord; stored: WantedRecord | undefined },
): WantedRecord {
  const names = [...new Set([...Object.keys(record.fields), ...Object.keys(stored?.fields ?? {})])];
  const fields = names.map((field): [string, Json] => {
    const told = there.fields.get(field);
    if (told === undefined) return [field, null];
    if (told.by === 'us') return [field, told.value];
    return [field, (stored ?? record).fields[field] ?? null];
  });
  return { ...record, fields: Object.fromEntries(fields) };
}
