import { linkedKeysOf, withLinks, type Command, type Json, type JsonObject } from '#contracts';
import { firstWrite, holdsWanted, memoryOf, sameValue, splitState, type WantedRecord } from '#mapping';
import type { LeftReason, PlanAction, PlannedDifference } from './plan.types.ts';

/** What the ledger says about a record. */
export interface KnownRecord {
  readonly link: {
    readonly module: string;
    readonly recordId: string;
    readonly lost: boolean;
    readonly shared: boolean;
  } | null;
  /** Values as we sent them last; a field that a person changed since is absent, once that was seen. */
  readonly sent: ReadonlyMap<string, Json>;
  readonly open: 'none' | 'waiting' | 'parked';
  readonly released: boolean;
}

/** A record as it was read. */
export interface ActualRecord {
  readonly id: string;
  readonly values: JsonObject;
}

export interface Comparison {
  readonly wanted: WantedRecord;
  /** Null: it is not there. */
  readonly actual: ActualRecord | null;
  readonly known: KnownRecord;
  /** Record id of one of our records; undefined: none is known. Null: a person deleted it, so no lookup names it. */
  readonly idOf: (recordKey: string) => string | null | undefined;
  /** The key's state as it is stored, for what people did. */
  readonly state: JsonObject;
  /** Fields that product and CRM share: a person's value there is not a difference. */
  readonly shared: ReadonlySet<string>;
  /** Whether the module that the record is in has a field. */
  readonly has: (field: string) => boolean;
}

export type Compared =
  | { readonly kind: 'equal' }
  | { readonly kind: 'left'; readonly reason: LeftReason }
  | {
      readonly kind: 'differs';
      readonly action: Exclude<PlanAction, 'effect'>;
      readonly differences: readonly PlannedDifference[];
      readonly command: Command;
    };

/**
 * What one record needs to be as it is wanted. Pure. A value that the product does not tell is cleared only where it is our own; what a
 * person deleted, was released or left standing stays as it is.
 */
export function compareRecord(comparison: Comparison): Compared {
  const { wanted, known, actual, state } = comparison;
  const recordKey = `${wanted.module}/${wanted.identity.value}`;
  const remembered = memoryOf(splitState(state).memory, recordKey);
  if (wanted.byEffect === true) return { kind: 'equal' };
  if (known.released) return { kind: 'left', reason: 'released' };
  if (remembered.deleted === true || known.link?.lost === true) return { kind: 'left', reason: 'deleted_by_person' };
  if (known.open !== 'none') return { kind: 'left', reason: known.open === 'parked' ? 'parked' : 'busy' };
  if (actual === null) return missing(comparison);
  if (wanted.ensure === true && known.link !== null) return { kind: 'equal' };
  const adopted = known.link === null;
  const changed = differencesOf(comparison, { ...actual, left: remembered.left ?? {}, adopted });
  if (changed.length === 0 && !adopted) return { kind: 'equal' };
  return differs(comparison, { action: adopted ? 'adopt' : 'change', changed });
}

function missing({ wanted, known }: Comparison): Compared {
  if (known.link !== null) return { kind: 'left', reason: 'gone' };
  if (wanted.linkOnly === true) return { kind: 'left', reason: 'waits_for_conversion' };
  const command = firstWrite(wanted);
  const differences = Object.entries(command.fields).map(([field, after]) => ({ field, before: null, after }));
  return { kind: 'differs', action: 'create', differences, command };
}

interface Actual extends ActualRecord {
  /** Values of the CRM that are left standing. */
  readonly left: JsonObject;
  readonly adopted: boolean;
}

function differencesOf(comparison: Comparison, actual: Actual): PlannedDifference[] {
  const { wanted, has } = comparison;
  const { identity, onCreate = {}, fields } = wanted;
  const told: Readonly<Record<string, Json | undefined>> = {
    [identity.field]: identity.value,
    ...(actual.adopted ? onCreate : {}),
    ...fields,
  };
  const judged = Object.entries(told)
    .filter(([field]) => has(field) && !Object.hasOwn(actual.left, field))
    .flatMap(([field, value]) => differenceOf(comparison, { field, wanted: value ?? null, actual }));
  return [...judged, ...notToldAnyMore(comparison, { actual, told })];
}

function differenceOf(
  comparison: Comparison,
  { field, wanted, actual }: { readonly field: string; readonly wanted: Json; readonly actual: Actual },
): PlannedDifference[] {
  const before = actual.values[field] ?? null;
  if (wanted === null) return isOurs(comparison, { field, before }) ? [{ field, before, after: null }] : [];
  const resolved = resolve(comparison, wanted);
  if (resolved === undefined || holdsWanted(resolved, before)) return [];
  const isPersons = comparison.shared.has(field) && !actual.adopted && !isOurs(comparison, { field, before });
  return isPersons ? [] : [{ field, before, after: wanted }];
}

/** What an earlier version of the mapping wrote and this one does not speak of: a clean run would never have written it. */
function notToldAnyMore(
  comparison: Comparison,
  { actual, told }: { readonly actual: Actual; readonly told: Readonly<Record<string, unknown>> },
): PlannedDifference[] {
  const { known, wanted, has } = comparison;
  if (known.link === null || known.link.shared || known.link.module !== wanted.module) return [];
  return [...known.sent.keys()]
    .filter((field) => !Object.hasOwn(told, field) && !Object.hasOwn(wanted.onCreate ?? {}, field) && has(field))
    .map((field) => ({ field, before: actual.values[field] ?? null, after: null }))
    .filter(({ field, before }) => isOurs(comparison, { field, before }));
}

/** The value is the one that we sent last, and is none that means empty. */
function isOurs(comparison: Comparison, { field, before }: { readonly field: string; readonly before: Json }): boolean {
  const sent = comparison.known.sent.get(field) ?? null;
  if (sent === null || before === null || sameValue(before, null)) return false;
  return holdsWanted(resolve(comparison, sent) ?? null, before);
}

/** Lookups as the CRM gives them; undefined where one names a record that a person deleted, which is left out. */
function resolve({ idOf }: Comparison, value: Json): Json | undefined {
  if (linkedKeysOf(value).length === 0) return value;
  return withLinks(value, (key) => {
    const id = idOf(key);
    return id === null ? undefined : { id: id ?? `unknown ${key}` };
  });
}

function differs(
  { wanted }: Comparison,
  { action, changed }: { readonly action: 'adopt' | 'change'; readonly changed: readonly PlannedDifference[] },
): Compared {
  const named = action === 'adopt' ? { [wanted.identity.field]: wanted.identity.value } : {};
  const fields: JsonObject = {
    ...named,
    ...Object.fromEntries(changed.map(({ field, after }) => [field, after])),
  };
  // The automations that it would start are those of the fields that change, cleared ones among them.
  const written = Object.fromEntries(changed.map(({ field, after }) => [field, after ?? '']));
  const { linkOnly: _linkOnly, ensure: _ensure, ...command } = firstWrite({ ...wanted, onCreate: {}, fields: written });
  return { kind: 'differs', action, differences: changed, command: { ...command, fields } };
}
