import { CausewayError, recordKeyOf, type Command, type JsonObject } from '#contracts';
import { difference } from '../fold/difference.policy.ts';
import { frozen, frozenJson } from '../fold/frozen.json.ts';
import type { Mapping } from '../fold/mapping.types.ts';
import type { WantedRecord } from '../fold/wanted.types.ts';
import { eventOfRecord } from './crm.event.ts';
import { judgeFields } from './edit.judgement.ts';
import type { Observation, ObserveResult } from './observation.types.ts';
import { afterChange, joinState, memoryOf, splitState, withMemory, type Memory } from './record.memory.ts';
import type { Observed } from './observed.types.ts';

/**
 * Folds what was seen of a record in the CRM into the state of its key, and says what is to be written and told (packs/README.md
 * section 6). Pure; the state given is frozen. Whoever calls it has made sure that no open command writes a field that differs.
 * @throws CausewayError `MAPPING_FAILED` when the pack itself is at fault.
 */
export function observe(mapping: Mapping, state: JsonObject, observation: Observation): ObserveResult {
  try {
    return folded(mapping, frozen(state), observation);
  } catch (cause) {
    const details = { mapping: mapping.name, mappingVersion: mapping.version, eventId: observation.id };
    throw new CausewayError('MAPPING_FAILED', { details: { ...details, eventType: observation.kind }, cause });
  }
}

function folded(mapping: Mapping, state: JsonObject, observation: Observation): ObserveResult {
  const { own, memory } = splitState(state);
  const module = mapping.returns?.modules[observation.module];
  const recordKey = recordKeyOf(observation);
  const before = mapping.project(own, mapping.settings);
  const wanted = before.find((record) => recordKeyOf(record) === recordKey);
  const nothing = { state, commands: [], problems: [], events: [], conflicts: [], fields: [] };
  if (module === undefined || wanted === undefined) return { verdict: 'ignored', reason: 'not_ours', ...nothing };
  const observed = { mapping, module, observation, recordKey, wanted: withIdentity(wanted), own };
  const remembered = memoryOf(memory, recordKey);
  if (observation.kind === 'deleted') {
    if (remembered.deleted === true) return { verdict: 'ignored', reason: 'known', ...nothing };
    const gone = withMemory(memory, recordKey, { ...remembered, deleted: true });
    const conflict = {
      kind: 'deleted',
      recordKey,
      field: null,
      productValue: null,
      crmValue: null,
      restored: false,
    } as const;
    return {
      ...nothing,
      verdict: 'applied',
      state: frozenJson(joinState(own, gone)),
      events: told(observed, 'deleted'),
      conflicts: [conflict],
    };
  }
  if (observation.kind === 'converted') {
    if (remembered.converted === true) return { verdict: 'ignored', reason: 'known', ...nothing };
    const moved = withMemory(memory, recordKey, { ...remembered, converted: true });
    const events = told(observed, 'converted');
    return { ...nothing, verdict: 'applied', state: frozenJson(joinState(own, moved)), events };
  }
  if (remembered.deleted === true) return cameBack(observed, { memory });
  const judged = judgeFields(observed, { memory, remembered });
  const asserts = observation.asserts === true;
  if (!asserts && judged.fields.length === 0 && judged.memory === memory)
    return { verdict: 'ignored', reason: 'echo', ...nothing };
  const after = mapping.project(judged.own, mapping.settings);
  const writes = writesAfter({ observed, before, after, overlay: judged.overlay });
  const commands = asserts ? withAsserted(observed, writes, after) : writes;
  const changed = afterChange(judged.memory, before, after);
  const kept = asserts ? withoutLeft(changed, recordKey) : changed;
  return {
    verdict: 'applied',
    state: frozenJson(joinState(judged.own, kept)),
    commands,
    problems: [],
    events: judged.events,
    conflicts: judged.conflicts,
    fields: judged.fields,
  };
}

/** Out of the recycle bin: it goes on, and what the product says of it is asserted. */
function cameBack(observed: Observed, { memory }: { readonly memory: Parameters<typeof memoryOf>[0] }): ObserveResult {
  const { recordKey, wanted, own, module } = observed;
  const { deleted: _deleted, left: _left, restores: _restores, ...rest } = memoryOf(memory, recordKey);
  const fields = assertedFields(module, wanted);
  return {
    verdict: 'applied',
    state: frozenJson(joinState(own, withMemory(memory, recordKey, rest))),
    commands: [silentWrite(wanted, fields)],
    problems: [],
    events: told(observed, 'restored'),
    conflicts: [],
    fields: [],
  };
}

/** All that the product says of a record, empty values included, but for what it shares with people. */
function assertedFields({ judged = {} }: Observed['module'], { fields }: WantedRecord): JsonObject {
  const ours = Object.entries(fields).filter(([field]) => !Object.hasOwn(judged, field));
  return Object.fromEntries(ours.map(([field, value]) => [field, value ?? null]));
}

/** The write of the record says all of it; those of others are as they were. */
function withAsserted(
  { module, recordKey }: Observed,
  writes: readonly Command[],
  after: readonly WantedRecord[],
): Command[] {
  const record = after.find((wanted) => recordKeyOf(wanted) === recordKey);
  if (record === undefined) return [...writes];
  const whole = withIdentity(record);
  const own = writes.filter((command) => recordKeyOf(command) === recordKey);
  const fields = Object.assign(
    {},
    assertedFields(module, whole),
    ...own.map((command) => command.fields),
  ) as JsonObject;
  return [...writes.filter((command) => !own.includes(command)), silentWrite(whole, fields)];
}

/** Nothing is left standing that is written again. */
function withoutLeft(memory: Memory, recordKey: string): Memory {
  const { left: _left, ...rest } = memoryOf(memory, recordKey);
  return withMemory(memory, recordKey, rest);
}

function told(observed: Observed, what: 'deleted' | 'restored' | 'converted') {
  const type = observed.module.tells[what];
  return type === undefined ? [] : eventOfRecord(observed, { type, data: {} });
}

/** What differs between the records as they are in the CRM and as they are wanted now; nobody is told of what is put back. */
function writesAfter(given: {
  readonly observed: Observed;
  readonly before: readonly WantedRecord[];
  readonly after: readonly WantedRecord[];
  readonly overlay: JsonObject;
}): Command[] {
  const { observed, before, after, overlay } = given;
  const isIt = (record: WantedRecord): boolean => recordKeyOf(record) === observed.recordKey;
  const there = before.map((record) =>
    isIt(record) ? { ...observed.wanted, fields: { ...observed.wanted.fields, ...overlay } } : record,
  );
  const wanted = after.map((record) => (isIt(record) ? withIdentity(record) : record));
  return difference(there, wanted).map((command) =>
    recordKeyOf(command) === observed.recordKey ? { ...command, trigger: [] } : command,
  );
}

function silentWrite(record: WantedRecord, fields: JsonObject): Command {
  const { module, identity, whenConverted } = record;
  return { operation: 'write', module, identity, fields, trigger: [], whenConverted: whenConverted?.write ?? 'follow' };
}

/** The identity is a field like any other: a person may change it. */
function withIdentity(record: WantedRecord): WantedRecord {
  const { field, value } = record.identity;
  return { ...record, fields: { [field]: value, ...record.fields } };
}
