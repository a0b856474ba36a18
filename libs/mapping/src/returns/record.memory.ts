import { recordKeyOf, type Json, type JsonObject } from '#contracts';
import { sameJson } from '../fold/json.equality.ts';
import type { WantedRecord } from '../fold/wanted.types.ts';

/** What is remembered of one record's way back. */
export interface RecordMemory {
  readonly deleted?: true;
  /** The product was told that the Lead was converted. */
  readonly converted?: true;
  /** How often an edit of a field was undone since the product last changed it. */
  readonly restores?: Readonly<Record<string, number>>;
  /** Values of the CRM that are left standing. */
  readonly left?: JsonObject;
  /** Values of fields that we do not write, as seen last. */
  readonly seen?: JsonObject;
}

/** By record key. */
export type Memory = Readonly<Record<string, RecordMemory>>;

/** The key under which the memory stands in a stored state, beside what the pack keeps there. */
const KEY = '$crm';
const NOTHING: Memory = Object.freeze({});

export interface SplitState {
  readonly own: JsonObject;
  readonly memory: Memory;
}

/** What the pack keeps, and what the engine remembers beside it. */
export function splitState(state: JsonObject): SplitState {
  if (!Object.hasOwn(state, KEY)) return { own: state, memory: NOTHING };
  const { [KEY]: memory, ...own } = state;
  return { own, memory: memory as unknown as Memory };
}

/** What the pack keeps in a stored state: what its projection is made of. */
export function ownState(state: JsonObject): JsonObject {
  return splitState(state).own;
}

/** One state to store; a memory of nothing is not stored. */
export function joinState(own: JsonObject, memory: Memory): JsonObject {
  // Most states have none, and a step is taken for every event.
  if (memory === NOTHING) return own;
  const kept = Object.fromEntries(Object.entries(memory).filter(([, record]) => Object.keys(record).length > 0));
  return Object.keys(kept).length === 0 ? own : { ...own, [KEY]: kept as unknown as JsonObject };
}

export function memoryOf(memory: Memory, recordKey: string): RecordMemory {
  return Object.hasOwn(memory, recordKey) ? (memory[recordKey] ?? {}) : {};
}

export function withMemory(memory: Memory, recordKey: string, record: RecordMemory): Memory {
  return { ...memory, [recordKey]: withoutEmpty(record) };
}

/** A field whose wanted value is another now is counted anew, and nothing is left standing there. */
export function afterChange(memory: Memory, before: readonly WantedRecord[], after: readonly WantedRecord[]): Memory {
  if (memory === NOTHING || Object.keys(memory).length === 0) return memory;
  const old = new Map(before.map((record) => [recordKeyOf(record), record]));
  return after.reduce((held, record) => {
    const key = recordKeyOf(record);
    const remembered = memoryOf(held, key);
    const fields = Object.keys(record.fields).filter((field) => {
      return !sameJson(old.get(key)?.fields[field] ?? null, record.fields[field] ?? null);
    });
    if (fields.length === 0 || (remembered.restores === undefined && remembered.left === undefined)) return held;
    const { restores = {}, left = {} } = remembered;
    return withMemory(held, key, { ...remembered, restores: without(restores, fields), left: without(left, fields) });
  }, memory);
}

/** The object without these keys. */
export function without<T>(object: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

export function valueIn(values: Readonly<Record<string, Json>> | undefined, field: string): Json | undefined {
  return values !== undefined && Object.hasOwn(values, field) ? values[field] : undefined;
}

function withoutEmpty(record: RecordMemory): RecordMemory {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value === true || Object.keys(value as object).length > 0),
  );
}
