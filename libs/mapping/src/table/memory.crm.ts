import { recordKeyOf, withLinks, type Command, type Json, type JsonObject } from '#contracts';

/** A record as commands left it; a field that was cleared is not there. */
export interface MemoryRecord {
  readonly module: string;
  readonly fields: JsonObject;
}

/**
 * Records by record key, which is their id here: what a CRM holds after commands that all succeed, in order, with nobody else at work.
 * Notes and tasks stand under their effect's key.
 */
export type MemoryCrm = ReadonlyMap<string, MemoryRecord>;

/** What the records are after one more command. */
export function applyCommand(records: MemoryCrm, command: Command): MemoryCrm {
  switch (command.operation) {
    case 'write':
      return written(records, command);
    case 'delete':
      return deleted(records, command);
    case 'note':
      return made(records, { module: 'Notes', parentField: 'Parent_Id', command });
    case 'task':
      return made(records, { module: 'Tasks', parentField: taskParent(command), command });
    case 'convert':
      return converted(records, command);
    default:
      return command.operation satisfies never;
  }
}

/** A task of a person stands in `Who_Id` (reference 3.2). */
function taskParent({ module }: Command): string {
  return module === 'Contacts' ? 'Who_Id' : 'What_Id';
}

function written(records: MemoryCrm, command: Command): MemoryCrm {
  const key = recordKeyOf(command);
  const { identity, module, linkOnly } = command;
  const before = records.get(key);
  if (before !== undefined && command.ensure === true) return records;
  if (before === undefined && linkOnly === true) throw new Error(`${key} is written before it is made`);
  const fields = { [identity.field]: identity.value, ...before?.fields, ...command.fields };
  return new Map(records).set(key, { module, fields: plain(fields) });
}

function without(records: MemoryCrm, key: string): MemoryCrm {
  return new Map([...records].filter(([other]) => other !== key));
}

/** What an effect made stands under its key, and is found by the field that names it. */
function deleted(records: MemoryCrm, { module, identity }: Command): MemoryCrm {
  const key = recordKeyOf({ module, identity });
  if (records.has(key)) return without(records, key);
  const isIt = (held: MemoryRecord): boolean =>
    held.module === module && held.fields[identity.field] === identity.value;
  return new Map([...records].filter(([, held]) => !isIt(held)));
}

/** An effect happens once for its key. */
function made(records: MemoryCrm, about: { module: string; parentField: string; command: Command }): MemoryCrm {
  const { module, parentField, command } = about;
  const key = `${module}/${command.effectKey}`;
  if (records.has(key)) return records;
  const fields = plain({ ...command.fields, [parentField]: { id: recordKeyOf(command) } });
  return new Map(records).set(key, { module, fields });
}

/** The Lead lives on in the records that the conversion makes, and its notes and tasks with the first of them. */
function converted(records: MemoryCrm, command: Command): MemoryCrm {
  const key = recordKeyOf(command);
  const lead = records.get(key);
  if (lead === undefined) return records;
  const [first, ...others] = command.makes ?? [];
  if (first === undefined) return records;
  const moved = [...without(records, key)].map(([other, record]) => [other, moveParent(record, key, first)] as const);
  const { Company: company, ...fields } = lead.fields;
  const after = new Map(moved).set(recordKeyOf(first), { module: first.module, fields });
  for (const other of others) {
    after.set(recordKeyOf(other), { module: other.module, fields: plain({ Account_Name: company ?? null }) });
  }
  return after;
}

function moveParent(record: MemoryRecord, from: string, to: Parameters<typeof recordKeyOf>[0]): MemoryRecord {
  const fields = Object.entries(record.fields).map(([name, value]) => [name, isId(value, from) ? idOf(to) : value]);
  return { ...record, fields: Object.fromEntries(fields) as JsonObject };
}

function idOf(record: Parameters<typeof recordKeyOf>[0]): JsonObject {
  return { id: recordKeyOf(record) };
}

function isId(value: Json, id: string): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value['id'] === id;
}

/** Cleared fields are not there; a lookup holds the id of its record. */
function plain(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([name, value]) => [name, withLinks(value, (id) => ({ id })) ?? null]));
}
