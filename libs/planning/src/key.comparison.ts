import { linkedKeysOf, recordKeyOf, type Command, type Json, type JsonObject, type Lane } from '#contracts';
import type { Kysely } from 'kysely';
import { goesOut, triggerFor, type Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import { readActual, type CrmReader, type CrmReading } from './crm.reading.ts';
import type { WantedKey } from './key.projection.ts';
import type { LeftAlone, LeftReason, PlannedRecord } from './plan.types.ts';
import { compareRecord, type Compared, type KnownRecord } from './record.comparison.ts';
import { readEffectsDone, readKnown, readLinkedKeys } from './record.knowledge.ts';

/** A key with what it needs of the CRM. */
export interface ComparedKey {
  readonly key: WantedKey;
  readonly records: readonly PlannedRecord[];
}

export interface ComparedKeys {
  readonly keys: readonly ComparedKey[];
  readonly left: readonly LeftAlone[];
  readonly compared: number;
  readonly equal: number;
  readonly calls: number;
}

interface Sources {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clientOf: (connectionId: string, lane: Lane) => Promise<CrmReader>;
}

interface Given {
  readonly mapping: Mapping;
  readonly lane: Lane;
  readonly keys: readonly WantedKey[];
}

/** Compares keys as they shall be with the CRM as it is, connection by connection. Reads alone. */
export async function compareKeys(sources: Sources, given: Given): Promise<ComparedKeys> {
  const all: ComparedKeys[] = [];
  for (const [connectionId, keys] of Map.groupBy(given.keys, ({ connection }) => connection.id)) {
    const crm = await sources.clientOf(connectionId, given.lane);
    const known = await knowledgeOf(sources.db, { connectionId, product: given.mapping.product, keys });
    const sought = keys.flatMap(({ wanted }) =>
      wanted.filter(isLookedAt).map((record) => ({ wanted: record, known: known.of(recordKeyOf(record)) })),
    );
    const reading = await readActual(crm, sought);
    all.push(compareRead({ ...given, keys }, { connectionId, known, reading }));
  }
  return {
    keys: all.flatMap(({ keys }) => keys),
    left: all.flatMap(({ left }) => left),
    compared: sum(all.map(({ compared }) => compared)),
    equal: sum(all.map(({ equal }) => equal)),
    calls: sum(all.map(({ calls }) => calls)),
  };
}

/** What an effect makes is there once or not at all; what its fields are is nobody's business. */
function isLookedAt({ byEffect }: WantedKey['wanted'][number]): boolean {
  return byEffect !== true;
}

interface Knowledge {
  readonly of: (recordKey: string) => KnownRecord;
  readonly idOf: (recordKey: string) => string | null | undefined;
  readonly linked: ReadonlyMap<string, readonly string[]>;
  readonly effectsDone: ReadonlySet<string>;
}

const UNKNOWN: KnownRecord = { link: null, sent: new Map(), open: 'none', released: false };

async function knowledgeOf(
  db: Kysely<IntegrationDatabase>,
  given: { readonly connectionId: string; readonly product: string; readonly keys: readonly WantedKey[] },
): Promise<Knowledge> {
  const { connectionId, product, keys } = given;
  const records = keys.flatMap(({ wanted }) => wanted);
  const lookups = records.flatMap(({ fields, onCreate = {} }) =>
    [...Object.values(fields), ...Object.values(onCreate)].flatMap((value: Json | undefined) =>
      linkedKeysOf(value ?? null),
    ),
  );
  const parents = keys.flatMap(({ effects }) => effects.map((effect) => recordKeyOf(effect)));
  const recordKeys = [...records.map((record) => recordKeyOf(record)), ...lookups, ...parents];
  const known = await readKnown(db, { connectionId, recordKeys });
  const linked = await readLinkedKeys(db, { connectionId, product, entityIds: keys.map(({ key }) => key) });
  const effectKeys = keys.flatMap(({ effects }) => effects.flatMap(({ effectKey }) => effectKey ?? []));
  const effectsDone = await readEffectsDone(db, { connectionId, keys: effectKeys });
  return {
    of: (key) => known.get(key) ?? UNKNOWN,
    idOf: (key) => {
      const found = known.get(key);
      if (found?.link?.lost === true || (found?.link === null && found.unlinked)) return null;
      return found?.link?.recordId;
    },
    linked,
    effectsDone,
  };
}

interface Read {
  readonly connectionId: string;
  readonly known: Knowledge;
  readonly reading: CrmReading;
}

function compareRead({ mapping, lane, keys }: Given, read: Read): ComparedKeys {
  const counts = { compared: 0, equal: 0 };
  const left: LeftAlone[] = [];
  const compared = keys.map((key): ComparedKey => {
    const leave = (recordKey: string, reason: LeftReason): void => {
      const { tenantId, connectionId } = key;
      left.push({ tenantId, key: key.key, connectionId, recordKey, reason });
    };
    const records: PlannedRecord[] = [];
    for (const wanted of key.wanted.filter(isLookedAt)) {
      const recordKey = recordKeyOf(wanted);
      const found = compareOne(mapping, { key, wanted, read });
      counts.compared += 1;
      if (found.kind === 'equal') counts.equal += 1;
      else if (found.kind === 'left') leave(recordKey, found.reason);
      else records.push(plannedOf(found, { recordKey, lane, read }));
    }
    const own = new Set(key.wanted.map((wanted) => recordKeyOf(wanted)));
    for (const other of read.known.linked.get(key.key) ?? []) if (!own.has(other)) leave(other, 'unwanted');
    const made = new Set(records.map(({ recordKey }) => recordKey));
    for (const effect of newEffects(key, read.known)) {
      const reason = whyNot(effect, { known: read.known, made });
      if (reason === null) records.push(effectRecord(effect, read));
      else leave(recordKeyOf(effect), reason);
    }
    return { key, records };
  });
  return { keys: compared, left, ...counts, calls: read.reading.calls };
}

function compareOne(
  mapping: Mapping,
  { key, wanted, read }: { readonly key: WantedKey; readonly wanted: WantedKey['wanted'][number]; readonly read: Read },
): Compared {
  const { known, reading } = read;
  const recordKey = recordKeyOf(wanted);
  const place = known.of(recordKey).link?.module ?? wanted.module;
  const there = place === wanted.module ? undefined : reading.fieldsOf.get(place);
  return compareRecord({
    wanted,
    actual: reading.records.get(recordKey) ?? null,
    known: known.of(recordKey),
    idOf: known.idOf,
    state: key.state,
    shared: new Set(Object.keys(mapping.returns?.modules[wanted.module]?.judged ?? {})),
    has: (field) => there?.has(field) ?? true,
  });
}

function plannedOf(
  { action, differences, command }: Extract<Compared, { kind: 'differs' }>,
  { recordKey, lane, read }: { readonly recordKey: string; readonly lane: Lane; readonly read: Read },
): PlannedRecord {
  const { link } = read.known.of(recordKey);
  const trigger = triggerFor(lane, command);
  return {
    connectionId: read.connectionId,
    recordKey,
    action,
    module: link?.module ?? command.module,
    recordId: link?.recordId ?? null,
    differences,
    command: { ...command, trigger },
    held: command.trigger.length > trigger.length,
  };
}

/** Each once: an effect that was asked for before is done, or somebody decided that it is not. */
function newEffects({ effects }: WantedKey, { effectsDone }: Knowledge): Command[] {
  const fresh = effects.filter(({ effectKey }) => effectKey !== undefined && !effectsDone.has(effectKey));
  return [...new Map(fresh.map((effect) => [effect.effectKey, effect])).values()];
}

function whyNot(
  effect: Command,
  { known, made }: { readonly known: Knowledge; readonly made: ReadonlySet<string> },
): LeftReason | null {
  if (effect.operation === 'convert') return 'conversion';
  if (!goesOut('replay', effect)) return 'task_open';
  const parent = known.of(recordKeyOf(effect));
  if (parent.link?.lost === true) return 'deleted_by_person';
  if (parent.released) return 'released';
  return parent.link === null && !made.has(recordKeyOf(effect)) ? 'no_parent' : null;
}

function effectRecord(effect: Command, { connectionId, known }: Read): PlannedRecord {
  const recordKey = recordKeyOf(effect);
  const { link } = known.of(recordKey);
  const fields: JsonObject = effect.fields;
  return {
    connectionId,
    recordKey,
    action: 'effect',
    module: effect.operation === 'task' ? 'Tasks' : 'Notes',
    recordId: link?.recordId ?? null,
    differences: Object.entries(fields).map(([field, after]) => ({ field, before: null, after })),
    command: { ...effect, trigger: [] },
    held: effect.trigger.length > 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
