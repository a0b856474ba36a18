import { linkedKeyOf, type Json, type JsonObject } from '#contracts';
import { frozen } from '../fold/frozen.json.ts';
import { eventOfRecord } from './crm.event.ts';
import { holdsWanted, toldValue } from './field.judgement.ts';
import type { Observed } from './observed.types.ts';
import type { OutgoingEvent } from '../fold/outgoing.types.ts';
import type { Conflict } from './conflict.types.ts';
import { memoryOf, valueIn, without, withMemory, type Memory, type RecordMemory } from './record.memory.ts';
import type { FieldEdit } from './return.types.ts';

/** What the fields of one observation say, taken together. */
export interface Judgement {
  readonly own: JsonObject;
  readonly memory: Memory;
  /** Values that the CRM holds and that the record's next write is measured against. */
  readonly overlay: JsonObject;
  readonly events: readonly OutgoingEvent[];
  readonly conflicts: readonly Conflict[];
  readonly fields: readonly string[];
  readonly accepted: readonly FieldEdit[];
}

/**
 * Judges each field that was read: equal to what is known is an echo; different is a person's edit, whoever it is said to be by. Fields
 * are taken in the order of the projection, then those that are only watched.
 */
export function judgeFields(
  observed: Observed,
  { memory, remembered }: { readonly memory: Memory; readonly remembered: RecordMemory },
): Judgement {
  const { wanted, module, observation, own } = observed;
  const watched = Object.keys(module.judged ?? {}).filter((field) => !Object.hasOwn(wanted.fields, field));
  const start: Judgement = { own, memory, overlay: {}, events: [], conflicts: [], fields: [], accepted: [] };
  const judged = [...Object.keys(wanted.fields), ...watched]
    .filter((field) => Object.hasOwn(observation.values, field))
    .reduce((held, field) => {
      const known = wanted.fields[field] ?? valueIn(remembered.seen, field) ?? null;
      const actual = observation.values[field] ?? null;
      if (pointsAtDeleted(held.memory, known)) return held;
      if (holdsWanted(known, actual)) return echoed(held, observed, field);
      const left = valueIn(memoryOf(held.memory, observed.recordKey).left, field);
      if (left !== undefined && holdsWanted(left, actual)) return held;
      return edited(observed, held, { field, before: known, after: actual });
    }, start);
  return judged.accepted.length === 0 || module.changed === undefined ? judged : withSummary(observed, judged);
}

/** What the pack says of all accepted edits together. */
function withSummary(observed: Observed, judged: Judgement): Judgement {
  const { module, mapping, observation } = observed;
  const name = { module: observation.module, identity: observation.identity };
  const told = module.changed?.(judged.own, judged.accepted, { name, settings: mapping.settings }) ?? [];
  return {
    ...judged,
    events: [...judged.events, ...told.flatMap((event) => eventOfRecord({ ...observed, own: judged.own }, event))],
  };
}

/** The CRM empties a lookup when its record is deleted: that is nobody's edit. */
function pointsAtDeleted(memory: Memory, known: Json): boolean {
  const key = linkedKeyOf(known);
  return key !== null && memoryOf(memory, key).deleted === true;
}

/** What was left standing is gone: somebody put our value back. */
function echoed(held: Judgement, { recordKey }: Observed, field: string): Judgement {
  const remembered = memoryOf(held.memory, recordKey);
  if (valueIn(remembered.left, field) === undefined) return held;
  const left = without(remembered.left ?? {}, [field]);
  return { ...held, memory: withMemory(held.memory, recordKey, { ...remembered, left }) };
}

function edited(observed: Observed, held: Judgement, edit: FieldEdit): Judgement {
  const { module, mapping, observation, recordKey, wanted } = observed;
  const judge =
    module.judged !== undefined && Object.hasOwn(module.judged, edit.field) ? module.judged[edit.field] : undefined;
  const fields = [...held.fields, edit.field];
  if (judge === undefined) {
    const put = putBack(observed, held, edit);
    const { conflict } = module.tells;
    const data = {
      field: edit.field,
      product_value: toldValue(edit.before),
      crm_value: toldValue(edit.after),
      restored: put.restored,
    };
    const events = conflict === undefined ? [] : eventOfRecord(observed, { type: conflict, data });
    return {
      ...put.held,
      fields,
      events: [...held.events, ...events],
      conflicts: [...held.conflicts, conflictOf(observed, edit, { kind: 'conflict', restored: put.restored })],
    };
  }
  const name = { module: observation.module, identity: observation.identity };
  const answer = judge(held.own, edit, { name, settings: mapping.settings });
  if (answer.is === 'refused') {
    const put = putBack(observed, held, edit);
    return {
      ...put.held,
      fields,
      events: [...held.events, ...eventOfRecord(observed, answer.event(put.restored))],
      conflicts: [...held.conflicts, conflictOf(observed, edit, { kind: 'refused', restored: put.restored })],
    };
  }
  const ours = Object.hasOwn(wanted.fields, edit.field);
  const remembered = memoryOf(held.memory, recordKey);
  const taken = {
    ...remembered,
    restores: without(remembered.restores ?? {}, [edit.field]),
    left: without(remembered.left ?? {}, [edit.field]),
    ...(ours ? {} : { seen: { ...remembered.seen, [edit.field]: edit.after } }),
  };
  const listed =
    answer.unrecognised === true ? [conflictOf(observed, edit, { kind: 'unrecognised', restored: false })] : [];
  return {
    own: frozen(answer.state),
    accepted: [...held.accepted, edit],
    memory: withMemory(held.memory, recordKey, taken),
    overlay: ours ? { ...held.overlay, [edit.field]: edit.after } : held.overlay,
    events: [...held.events, ...(answer.event === undefined ? [] : eventOfRecord(observed, answer.event))],
    conflicts: [...held.conflicts, ...listed],
    fields,
  };
}

/** Written again, unless that has been done as often as the limit allows: then the CRM's value stays. */
function putBack(
  observed: Observed,
  held: Judgement,
  { field, after }: FieldEdit,
): { readonly held: Judgement; readonly restored: boolean } {
  const { recordKey, mapping } = observed;
  const remembered = memoryOf(held.memory, recordKey);
  const count =
    (remembered.restores !== undefined && Object.hasOwn(remembered.restores, field) ? remembered.restores[field] : 0) ??
    0;
  const limit = mapping.returns?.restoreLimit(mapping.settings) ?? 0;
  if (count >= limit) {
    const memory = withMemory(held.memory, recordKey, { ...remembered, left: { ...remembered.left, [field]: after } });
    return { restored: false, held: { ...held, memory } };
  }
  const memory = withMemory(held.memory, recordKey, {
    ...remembered,
    restores: { ...remembered.restores, [field]: count + 1 },
  });
  return { restored: true, held: { ...held, memory, overlay: { ...held.overlay, [field]: after } } };
}

function conflictOf(
  { recordKey }: Observed,
  { field, before, after }: FieldEdit,
  how: Pick<Conflict, 'kind' | 'restored'>,
): Conflict {
  return { ...how, recordKey, field, productValue: toldValue(before), crmValue: toldValue(after) };
}
