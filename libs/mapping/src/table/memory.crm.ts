import { recordKeyOf, type Command, type Json, type JsonObject } from '#contracts';

/** A record as commands left it; a field that was cleared is not there. */
export interface MemoryRecord {
  readonly module: string;
  readonly fields: JsonObject;
}

/** Records by record key: what a CRM holds after commands that all succeed, in order, with nobody else at work. */
export type MemoryCrm = ReadonlyMap<string, MemoryRecord>;

/** What the records are after one more command. */
export function applyCommand(records: MemoryCrm, command: Command): MemoryCrm {
  const key = recordKeyOf(command);
  const after = new Map(records);
  if (command.operation === 'delete') {
    after.delete(key);
    return after;
  }
  const { identity, module } = command;
  const fields = { [identity.field]: identity.value, ...records.get(key)?.fields, ...command.fields };
  return after.set(key, { module, fields: withoutNull(fields) });
}

function withoutNull(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== null));
}
