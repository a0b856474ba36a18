import type { Json, JsonObject } from '#contracts';
import type {
  Failure,
  RecordsResult,
  Rejected,
  WriteOutcome,
  ZohoField,
  ZohoLayout,
  ZohoPipeline,
  ZohoRecord,
} from '#zoho';
import type { CrmWriter } from '../src/dispatcher/crm.writer.ts';

type Call = keyof CrmWriter;

interface Fault {
  readonly on: Call;
  /** What the caller gets to hear. */
  readonly answer: Failure;
  /** The call takes effect all the same: only its answer is lost. */
  readonly done: boolean;
}

export function refusal(zohoCode: string, rest: Partial<Rejected> = {}): Rejected {
  return {
    kind: 'rejected',
    code: 'CRM_REJECTED',
    zohoCode,
    reason: zohoCode,
    field: null,
    concerns: 'record',
    gone: false,
    other: null,
    ...rest,
  };
}

/** As much of a CRM as the dispatcher sees, in memory, with faults that a spec arms. */
export class FakeCrm implements CrmWriter {
  readonly calls: {
    readonly call: Call;
    readonly module: string;
    readonly count: number;
    readonly trigger?: readonly string[];
  }[] = [];
  /** Lead id -> the Contact that it became. */
  readonly converted = new Map<string, string>();
  /** Lead id -> its Account. */
  readonly accounts = new Map<string, string>();
  /** A Contact that conversions join instead of making one. */
  joins: string | undefined;
  /** Says no to single records. */
  refuse: (record: JsonObject) => Rejected | null = () => null;
  /** Called at the beginning of each call; the call waits for it. */
  before: (call: Call, records: readonly JsonObject[]) => Promise<void> = () => Promise.resolve();
  /** The pipelines of Deals with their stages. */
  readonly stages = new Map<string, readonly string[]>();
  readonly #fields: Readonly<Record<string, readonly string[]>>;
  readonly #modules = new Map<string, Map<string, JsonObject>>();
  readonly #faults: Fault[] = [];
  #lastId = 700;

  constructor(
    fields: Readonly<Record<string, readonly string[]>> = {
      Leads: ['External_User_ID', 'Last_Name', 'Phone', 'Email'],
      Contacts: ['Last_Name', 'Phone', 'Email'],
    },
  ) {
    this.#fields = fields;
  }

  layouts(): Promise<{ kind: 'ok'; layouts: readonly ZohoLayout[] }> {
    return Promise.resolve({ kind: 'ok', layouts: [{ id: '9', name: 'Standard', status: 'active', fields: [] }] });
  }

  pipelines(): Promise<{ kind: 'ok'; pipelines: readonly ZohoPipeline[] }> {
    const pipelines = [...this.stages].map(([name, stages], at): ZohoPipeline => {
      const shown = stages.map((value) => ({ id: null, value, shown: value }));
      return { id: String(at + 1), name, isDefault: false, stages: shown };
    });
    return Promise.resolve({ kind: 'ok', pipelines });
  }

  /** The next call of this kind fails before it does anything. */
  fail(on: Call, answer: Failure): void {
    this.#faults.push({ on, answer, done: false });
  }

  /** The next call of this kind takes effect, and its answer is lost. */
  lose(on: Call): void {
    this.#faults.push({ on, answer: { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: 'TIMEOUT' }, done: true });
  }

  /** Puts a record there, as a person would. */
  put(module: string, record: JsonObject): string {
    const id = String((this.#lastId += 1));
    this.#module(module).set(id, { ...record });
    return id;
  }

  /** Takes a record away, as a person would. */
  take(module: string, id: string): void {
    this.#module(module).delete(id);
  }

  /** Brings a record back out of the recycle bin. */
  putBack(module: string, id: string, record: JsonObject): void {
    this.#module(module).set(id, { ...record });
  }

  /** A person converts a Lead. @returns the Contact. */
  convertByPerson(leadId: string): string {
    const lead = this.#module('Leads').get(leadId) ?? {};
    this.take('Leads', leadId);
    const has = new Set(this.#fields['Contacts']);
    const fields = Object.fromEntries(Object.entries(lead).filter(([name]) => has.has(name)));
    const company = lead['Company'];
    if (typeof company === 'string') this.accounts.set(leadId, this.put('Accounts', { Account_Name: company }));
    const account = this.accounts.get(leadId);
    const contact = { ...fields, ...(account === undefined ? {} : { Account_Name: { id: account } }) };
    const contactId = this.joins ?? this.put('Contacts', contact);
    this.converted.set(leadId, contactId);
    return contactId;
  }

  records(module: string): (JsonObject & { id: string })[] {
    return [...this.#module(module)].map(([id, record]) => ({ ...record, id }));
  }

  count(call: Call): number {
    return this.calls.filter((each) => each.call === call).length;
  }

  upsert: CrmWriter['upsert'] = (module, { records, identityField, trigger }) =>
    this.#write('upsert', { module, records, trigger }, (record) => {
      const found = [...this.#module(module)].find(([, each]) => each[identityField] === record[identityField]);
      const id = found?.[0] ?? this.put(module, {});
      return this.#change(module, { id, record, created: found === undefined });
    });

  update: CrmWriter['update'] = (module, { records, trigger }) =>
    this.#write('update', { module, records, trigger }, ({ id, ...record }) => {
      if (this.converted.has(textOf(id)) && module === 'Leads') return refusal('CONVERTED_RECORD');
      if (!this.#module(module).has(textOf(id))) return refusal('INVALID_DATA', { gone: true });
      return this.#change(module, { id: textOf(id), record, created: false });
    });

  remove: CrmWriter['remove'] = (module, { ids }) =>
    this.#write('remove', { module, records: ids.map((id) => ({ id })) }, ({ id }) => {
      if (!this.#module(module).delete(textOf(id))) return refusal('INVALID_DATA', { gone: true });
      return { kind: 'succeeded', recordId: textOf(id), created: false, modifiedAt: null };
    });

  getById: CrmWriter['getById'] = async (module, { id }) => {
    const fields = [...(this.#fields[module] ?? []), ...Object.keys(this.#module(module).get(id) ?? {})];
    const read = await this.#read('getById', { module, count: 1, fields }, (held) => held === id);
    return read.kind === 'ok' ? { kind: 'ok', record: read.records[0] ?? null } : read;
  };

  getByIds: CrmWriter['getByIds'] = (module, { ids, fields }) =>
    this.#read('getByIds', { module, count: ids.length, fields }, (id) => ids.includes(id));

  findByField: CrmWriter['findByField'] = (module, { field, values, fields }) =>
    this.#read('findByField', { module, count: values.length, fields: [field, ...fields] }, (_id, record) =>
      values.includes(textOf(record[field])),
    );

  insert: CrmWriter['insert'] = (module, { records, trigger }) =>
    this.#write('insert', { module, records, trigger }, (record) =>
      this.#change(module, { id: this.put(module, {}), record, created: true }),
    );

  createNotes: CrmWriter['createNotes'] = (notes) =>
    this.#write('createNotes', { module: 'Notes', records: notes.map((note) => ({ ...note })) }, (note) => {
      const { module, id } = note['parent'] as { module: string; id: string };
      if (!this.#module(module).has(id)) return refusal('INVALID_DATA', { field: 'Parent_Id' });
      const record = { Note_Title: note['title'] ?? null, Note_Content: note['content'] ?? null, parent: id };
      return { kind: 'succeeded', recordId: this.put('Notes', record), created: true, modifiedAt: null };
    });

  listNotes: CrmWriter['listNotes'] = async (_module, { id }) => {
    const fault = await this.#begin('listNotes', 'Notes', { records: [{ id }] });
    if (fault !== undefined) return fault.answer;
    return { kind: 'ok', notes: this.records('Notes').filter(({ parent }) => parent === id), nextPage: null };
  };

  /** Only the dispatcher's own question: the tasks of a record. */
  coql: CrmWriter['coql'] = async (query) => {
    const fault = await this.#begin('coql', 'Tasks', { records: [] });
    if (fault !== undefined) return fault.answer;
    const [, field = '', id = ''] = /from Tasks where (\w+) = (\d+)/.exec(query) ?? [];
    const rows = this.records('Tasks').filter((task) => (task[field] as { id?: string } | undefined)?.id === id);
    return { kind: 'ok', rows, more: false };
  };

  convert: CrmWriter['convert'] = async ({ id }) => {
    const fault = await this.#begin('convert', 'Leads', { records: [{ id }] });
    if (fault?.done === false) return fault.answer;
    if (this.converted.has(id)) return refusal('ID_ALREADY_CONVERTED');
    if (!this.#module('Leads').has(id)) return refusal('INVALID_DATA', { gone: true });
    const contactId = this.convertByPerson(id);
    if (fault !== undefined) return fault.answer;
    return { kind: 'converted', contactId, accountId: this.accounts.get(id) ?? null, dealId: null };
  };

  convertedLead: CrmWriter['convertedLead'] = async (ids) => {
    const fault = await this.#begin('convertedLead', 'Leads', { records: ids.map((id) => ({ id })) });
    if (fault !== undefined) return fault.answer;
    const leads = ids.filter((id) => this.converted.has(id));
    return {
      kind: 'ok',
      leads: leads.map((id) => ({
        id,
        contactId: this.converted.get(id) ?? null,
        accountId: this.accounts.get(id) ?? null,
        dealId: null,
        convertedAt: null,
      })),
    };
  };

  fields: CrmWriter['fields'] = async (module) => {
    const fault = await this.#begin('fields', module, { records: [] });
    if (fault !== undefined) return fault.answer;
    return { kind: 'ok', fields: (this.#fields[module] ?? []).map(fieldOf) };
  };

  #module(module: string): Map<string, JsonObject> {
    const records = this.#modules.get(module) ?? new Map<string, JsonObject>();
    this.#modules.set(module, records);
    return records;
  }

  #change(module: string, { id, record, created }: { id: string; record: JsonObject; created: boolean }): WriteOutcome {
    const refused = this.refuse(record) ?? this.#unknownField(module, Object.keys(record));
    if (refused !== null) {
      if (created) this.take(module, id);
      return refused;
    }
    this.#module(module).set(id, { ...this.#module(module).get(id), ...record });
    return { kind: 'succeeded', recordId: id, created, modifiedAt: null };
  }

  #unknownField(module: string, names: readonly string[]): Rejected | null {
    const field = names.find((name) => this.#fields[module]?.includes(name) === false);
    return field === undefined ? null : refusal('INVALID_DATA', { field });
  }

  async #begin(
    call: Call,
    module: string,
    { records, trigger }: { records: readonly JsonObject[]; trigger?: readonly string[] },
  ): Promise<Fault | undefined> {
    this.calls.push({ call, module, count: records.length, ...(trigger === undefined ? {} : { trigger }) });
    await this.before(call, records);
    const index = this.#faults.findIndex(({ on }) => on === call);
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0];
  }

  async #write(
    call: Call,
    given: { module: string; records: readonly JsonObject[]; trigger?: readonly string[] },
    one: (record: JsonObject) => WriteOutcome,
  ): Promise<WriteOutcome[]> {
    const fault = await this.#begin(call, given.module, given);
    if (fault?.done === false) return given.records.map(() => fault.answer);
    const outcomes = given.records.map(one);
    return fault === undefined ? outcomes : outcomes.map(() => fault.answer);
  }

  async #read(
    call: Call,
    given: { module: string; count: number; fields: readonly string[] },
    wanted: (id: string, record: JsonObject) => boolean,
  ): Promise<RecordsResult> {
    const fault = await this.#begin(call, given.module, {
      records: Array.from({ length: given.count }, () => ({})),
    });
    if (fault !== undefined) return fault.answer;
    const refused = this.#unknownField(given.module, given.fields);
    if (refused !== null) return { ...refused, zohoCode: 'INVALID_QUERY', concerns: 'call' };
    const found = [...this.#module(given.module)].filter(([id, record]) => wanted(id, record));
    return { kind: 'ok', records: found.map(([id, record]) => pick(id, record, given.fields)) };
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function pick(id: string, record: JsonObject, fields: readonly string[]): ZohoRecord {
  const values = fields.map((field): [string, Json] => [field, record[field] ?? null]);
  return { ...Object.fromEntries(values), id };
}

function fieldOf(apiName: string): ZohoField {
  const names = { id: apiName, apiName, label: apiName };
  const kind = { dataType: 'text', length: 255, isUnique: apiName === 'External_User_ID', external: null, values: [] };
  return { ...names, ...kind, isMandatory: false, isCustom: true, isReadOnly: false };
}
