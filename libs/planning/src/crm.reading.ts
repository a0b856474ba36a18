import { recordKeyOf, type JsonObject } from '#contracts';
import type { WantedRecord } from '#mapping';
import type { Failure, ZohoCalls, ZohoRecord } from '#zoho';
import type { ActualRecord, KnownRecord } from './record.comparison.ts';

/** The calls with which the CRM is read as it is. */
export type CrmReader = Pick<ZohoCalls, 'getByIds' | 'getById' | 'findByField' | 'fields'>;

/** Most fields of one call that reads by id. */
const CALL_FIELDS = 50;
const CALL_IDS = 100;

/** The CRM could not be read, so nothing can be said of it. */
export class CrmUnread extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`the CRM could not be read: ${failure.reason}`);
    this.failure = failure;
  }
}

export interface SoughtRecord {
  readonly wanted: WantedRecord;
  readonly known: KnownRecord;
}

/** Records as the CRM holds them, by record key; one that is not there is absent. `calls`: how many were made. */
export interface CrmReading {
  readonly records: ReadonlyMap<string, ActualRecord>;
  /** Which fields a module has, where records were sought in another one than they were made in. */
  readonly fieldsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly calls: number;
}

/**
 * Reads records of one connection: those with a link by id, from the data itself, the others by their name. One call for a hundred, or
 * fifty by name; a record with rows has a call of its own, since lists leave rows out.
 * @throws CrmUnread when a call fails
 */
export async function readActual(crm: CrmReader, sought: readonly SoughtRecord[]): Promise<CrmReading> {
  const counted = countingReader(crm);
  const records = new Map<string, ActualRecord>();
  const fieldsOf = new Map<string, ReadonlySet<string>>();
  for (const group of groupsOf(sought)) {
    const names = await namesIn(counted, group, fieldsOf);
    const found = group.byId ? await byIds(counted, group, names) : await byName(counted, group, names);
    for (const [key, record] of found) records.set(key, record);
  }
  return { records, fieldsOf, calls: counted.calls() };
}

interface ReadGroup {
  readonly module: string;
  readonly byId: boolean;
  readonly rows: boolean;
  readonly sought: readonly SoughtRecord[];
}

function groupsOf(sought: readonly SoughtRecord[]): ReadGroup[] {
  const groups = Map.groupBy(sought, ({ wanted, known }) => {
    const rows = Object.values(wanted.fields).some((value) => isRows(value));
    return JSON.stringify([known.link?.module ?? wanted.module, known.link !== null, rows, wanted.identity.field]);
  });
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const rows = Object.values(first.wanted.fields).some((value) => isRows(value));
    const module = first.known.link?.module ?? first.wanted.module;
    return [{ module, byId: first.known.link !== null, rows, sought: members }];
  });
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && value.some((row) => typeof row === 'object' && row !== null);
}

/** All fields that are compared; where a record lives on in another module only those that it has. */
async function namesIn(
  crm: CrmReader,
  { module, sought }: ReadGroup,
  fieldsOf: Map<string, ReadonlySet<string>>,
): Promise<string[]> {
  const names = new Set(
    sought.flatMap(({ wanted, known }) => [
      wanted.identity.field,
      ...Object.keys(wanted.fields),
      ...Object.keys(wanted.onCreate ?? {}),
      ...known.sent.keys(),
    ]),
  );
  if (sought.every(({ wanted }) => wanted.module === module)) return [...names];
  const known = fieldsOf.get(module) ?? (await fieldsIn(crm, module));
  fieldsOf.set(module, known);
  return [...names].filter((name) => known.has(name));
}

async function fieldsIn(crm: CrmReader, module: string): Promise<ReadonlySet<string>> {
  const result = await crm.fields(module);
  if (result.kind !== 'ok') throw new CrmUnread(result);
  return new Set(result.fields.map(({ apiName }) => apiName));
}

type Found = [recordKey: string, record: ActualRecord];

async function byIds(crm: CrmReader, { module, rows, sought }: ReadGroup, names: readonly string[]): Promise<Found[]> {
  const ids = sought.flatMap(({ known }) => known.link?.recordId ?? []);
  const values = new Map<string, JsonObject>();
  if (rows) {
    for (const id of ids) {
      const result = await crm.getById(module, { id });
      if (result.kind !== 'ok') throw new CrmUnread(result);
      if (result.record !== null) values.set(id, { ...result.record });
    }
  } else {
    for (const part of partsOf([...new Set(ids)], CALL_IDS)) {
      for (const fields of partsOf(names.length === 0 ? ['id'] : names, CALL_FIELDS)) {
        const result = await crm.getByIds(module, { ids: part, fields });
        if (result.kind !== 'ok') throw new CrmUnread(result);
        for (const record of result.records) values.set(record.id, { ...values.get(record.id), ...record });
      }
    }
  }
  return sought.flatMap(({ wanted, known }): Found[] => {
    const id = known.link?.recordId ?? '';
    const record = values.get(id);
    return record === undefined ? [] : [[recordKeyOf(wanted), { id, values: record }]];
  });
}

async function byName(crm: CrmReader, { module, rows, sought }: ReadGroup, names: readonly string[]): Promise<Found[]> {
  const [first] = sought;
  if (first === undefined) return [];
  const { field } = first.wanted.identity;
  const result = await crm.findByField(module, {
    field,
    values: sought.map(({ wanted }) => wanted.identity.value),
    fields: [...names],
  });
  if (result.kind !== 'ok') throw new CrmUnread(result);
  const byValue = new Map(result.records.map((record) => [record[field], record]));
  const found: Found[] = [];
  for (const { wanted } of sought) {
    const record = byValue.get(wanted.identity.value);
    if (record !== undefined) found.push([recordKeyOf(wanted), { id: record.id, values: await whole(record) }]);
  }
  return found;

  async function whole(record: ZohoRecord): Promise<JsonObject> {
    if (!rows) return { ...record };
    const read = await crm.getById(module, { id: record.id });
    if (read.kind !== 'ok') throw new CrmUnread(read);
    return { ...(read.record ?? record) };
  }
}

function partsOf<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, at) => all.slice(at * most, (at + 1) * most));
}

/** The same calls, counted; one by name is a call for each fifty names. */
function countingReader(crm: CrmReader): CrmReader & { readonly calls: () => number } {
  let count = 0;
  const one = <T>(answer: Promise<T>, calls = 1): Promise<T> => {
    count += calls;
    return answer;
  };
  return {
    getByIds: (module, options) => one(crm.getByIds(module, options)),
    getById: (module, options) => one(crm.getById(module, options)),
    findByField: (module, options) => one(crm.findByField(module, options), Math.ceil(options.values.length / 50)),
    fields: (module) => one(crm.fields(module)),
    calls: () => count,
  };
}
