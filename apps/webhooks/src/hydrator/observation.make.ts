import type { Json, JsonObject } from '#contracts';
import { instantOf, type Observation, type Person } from '#mapping';
import type { ConvertedLead, ZohoRecord } from '#zoho';
import type { ReturningLink } from './return.mapping.ts';

/** What is known of a deletion. */
export interface Deletion {
  /** Epoch milliseconds. */
  readonly deletedAt: number | null;
  readonly deletedBy: Person | null;
}

export interface Seen {
  /** Unique for each reading: it names what is folded. */
  readonly id: string;
  /** Null for a record that is not there. */
  readonly record: ZohoRecord | null;
  readonly deletion: Deletion | null;
  /** What a Lead that is not there became. */
  readonly converted?: ConvertedLead | null;
  /** When the record was marked: the time of a deletion that the CRM does not tell. */
  readonly markedAt: Date;
  /** Our name of a record, by its id. */
  readonly nameOf: (recordId: string) => JsonObject | undefined;
  /** An operator asked for the reading. */
  readonly isForced: boolean;
}

/** What was seen of a record, in the form in which it is folded. Pure. */
export function observationOf({ module, link, identity }: ReturningLink, seen: Seen): Observation {
  const { id, record, deletion, converted = null, markedAt, isForced } = seen;
  const about = { id, module: link.recordKey.slice(0, link.recordKey.indexOf('/')), identity, recordId: link.recordId };
  if (converted !== null) {
    const changedAt = canonical(new Date(converted.convertedAt ?? markedAt.getTime()).toISOString());
    return { ...about, recordId: converted.id, kind: 'converted', values: {}, changedAt, changedBy: null };
  }
  if (record === null) {
    const at = deletion?.deletedAt ?? markedAt.getTime();
    const changedAt = canonical(new Date(at).toISOString());
    return { ...about, kind: 'deleted', values: {}, changedAt, changedBy: deletion?.deletedBy ?? null };
  }
  const read = module.reads.filter((name) => Object.hasOwn(record, name));
  const values = Object.fromEntries(read.map((name) => [name, named(record[name] ?? null, seen.nameOf)]));
  const time = record['Modified_Time'];
  return {
    ...about,
    recordId: record.id,
    kind: 'edited',
    values,
    changedAt: canonical(typeof time === 'string' ? time : markedAt.toISOString()),
    changedBy: personOf(record['Modified_By'] ?? null),
    ...(isForced ? { asserts: true } : {}),
  };
}

/** Ids of the records that a record refers to, at whatever depth. */
export function idsIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((part) => idsIn(part));
  const { id } = value;
  return [...(typeof id === 'string' ? [id] : []), ...Object.values(value).flatMap((part) => idsIn(part))];
}

/** A lookup to a record of ours is named as we name it, so that it compares with what we wrote. */
function named(value: Json, nameOf: Seen['nameOf']): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => named(part, nameOf));
  const { id } = value;
  const name = typeof id === 'string' ? nameOf(id) : undefined;
  if (name !== undefined) return name;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, named(part, nameOf)]));
}

function personOf(value: Json): Person | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { id, name } = value;
  return typeof id === 'string' ? { id, name: typeof name === 'string' ? name : null } : null;
}

function canonical(text: string): string {
  return instantOf(text) ?? text;
}
