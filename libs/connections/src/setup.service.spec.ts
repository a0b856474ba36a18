import type { SetUp } from '#mapping';
import type { FieldsResult, NewField, WriteOutcome, ZohoCalls, ZohoField } from '#zoho';
import { applySetUp, checkSetUp } from './setup.service.ts';

const setup: SetUp = {
  Leads: [
    { apiName: 'External_User_ID', type: 'text', length: 64, unique: true },
    { apiName: 'Plan', label: 'Plan of the user', type: 'picklist', values: ['Free', 'Pro'] },
  ],
  Contacts: [{ apiName: 'External_User_ID', type: 'text', length: 64 }],
};
const failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' } as const;

function field(apiName: string, seed: Partial<ZohoField> = {}): ZohoField {
  const names = { id: apiName, apiName, label: apiName.replaceAll('_', ' ') };
  const kind = { dataType: 'text', length: 255, isUnique: false, external: null, values: [] };
  return { ...names, ...kind, isMandatory: false, isCustom: true, isReadOnly: false, ...seed };
}

/** A CRM as far as set-up sees it; what is created is there from then on. */
class FakeFields {
  readonly modules: Record<string, ZohoField[]>;
  readonly created: [module: string, fields: readonly NewField[]][] = [];
  readonly added: [module: string, fieldId: string, values: readonly string[]][] = [];
  reading: FieldsResult | null = null;
  creating: WriteOutcome | null = null;

  constructor(modules: Record<string, ZohoField[]>) {
    this.modules = modules;
  }

  get client(): Pick<ZohoCalls, 'fields' | 'createFields' | 'addPicklistValues'> {
    return {
      fields: (module) => Promise.resolve(this.reading ?? { kind: 'ok', fields: this.modules[module] ?? [] }),
      addPicklistValues: (module, { fieldId, values }) => Promise.resolve(this.#add(module, fieldId, values)),
      createFields: (module, { fields }) => {
        this.created.push([module, fields]);
        return Promise.resolve(fields.map((wanted) => this.creating ?? this.#create(module, wanted)));
      },
    };
  }

  #add(module: string, fieldId: string, values: readonly string[]): WriteOutcome {
    this.added.push([module, fieldId, values]);
    if (this.creating !== null) return this.creating;
    const fields = this.modules[module] ?? [];
    this.modules[module] = fields.map((each) =>
      each.id === fieldId ? { ...each, values: [...each.values, ...values] } : each,
    );
    return { kind: 'succeeded', recordId: fieldId, created: false, modifiedAt: null };
  }

  #create(module: string, { label, dataType, length = 255, unique = false, values = [] }: NewField): WriteOutcome {
    const apiName = label.replaceAll(' ', '_');
    (this.modules[module] ??= []).push(field(apiName, { label, dataType, length, isUnique: unique, values }));
    return { kind: 'succeeded', recordId: apiName, created: true, modifiedAt: null };
  }
}

const inOrder = (): FakeFields =>
  new FakeFields({
    Leads: [
      field('External_User_ID', { isUnique: true }),
      field('Plan', { dataType: 'picklist', values: ['Free', 'Pro', 'Added by a person'] }),
      field('Email', { dataType: 'email' }),
    ],
    Contacts: [field('External_User_ID', { length: 64 })],
  });

describe('checkSetUp', () => {
  it('finds nothing wrong where all is as declared', async () => {
    expect(await checkSetUp(inOrder().client, setup)).toEqual({ kind: 'ok', differences: [] });
  });

  it('names what is missing or not as declared, and creates nothing', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID', { length: 32 })] });
    const result = await checkSetUp(crm.client, setup);
    expect(result).toMatchObject({ kind: 'ok' });
    if (result.kind !== 'ok') return;
    expect(result.differences.map(({ module, apiName, difference }) => `${module}.${apiName}: ${difference}`)).toEqual([
      'Leads.External_User_ID: shorter',
      'Leads.External_User_ID: not_unique',
      'Leads.Plan: missing',
      'Contacts.External_User_ID: missing',
    ]);
    expect(crm.created).toEqual([]);
  });

  it('hands on what the CRM answered when it does not say', async () => {
    const crm = inOrder();
    crm.reading = failure;
    expect(await checkSetUp(crm.client, setup)).toBe(failure);
  });
});

describe('applySetUp', () => {
  it('creates what is missing as declared, and nothing else', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID', { isUnique: true })] });
    const result = await applySetUp(crm.client, setup);
    expect(crm.created).toEqual([
      ['Leads', [{ label: 'Plan of the user', dataType: 'picklist', values: ['Free', 'Pro'] }]],
      ['Contacts', [{ label: 'External User ID', dataType: 'text', length: 64 }]],
    ]);
    // The CRM made the API name of the label: it is read back and compared.
    expect(result).toMatchObject({
      kind: 'ok',
      differences: [{ apiName: 'Plan', difference: 'missing', stops: true }],
    });
  });

  it('creates everything in an empty CRM, and nothing when it is run again', async () => {
    const plain: SetUp = { Leads: [{ apiName: 'External_User_ID', type: 'text', length: 64, unique: true }] };
    const crm = new FakeFields({});
    expect(await applySetUp(crm.client, plain)).toMatchObject({ done: [{ action: 'create' }], differences: [] });
    expect(await applySetUp(crm.client, plain)).toEqual({ kind: 'ok', done: [], differences: [] });
    expect(crm.created).toEqual([
      ['Leads', [{ label: 'External User ID', dataType: 'text', length: 64, unique: true }]],
    ]);
  });

  it('changes nothing that exists, and says what still differs', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID')] });
    const result = await applySetUp(crm.client, { Leads: setup['Leads']?.slice(0, 1) ?? [] });
    expect(crm.created).toEqual([]);
    expect(result).toMatchObject({ kind: 'ok', differences: [{ difference: 'not_unique' }] });
  });

  it('adds the picklist values that are missing, and keeps those of people', async () => {
    const crm = inOrder();
    crm.modules['Leads'] = (crm.modules['Leads'] ?? []).map((each) =>
      each.apiName === 'Plan' ? { ...each, values: ['Free', 'Added by a person'] } : each,
    );
    const result = await applySetUp(crm.client, setup);
    expect(crm.added).toEqual([['Leads', 'Plan', ['Pro']]]);
    expect(crm.created).toEqual([]);
    expect(result).toMatchObject({
      kind: 'ok',
      done: [{ apiName: 'Plan', difference: 'values_missing', action: 'add_values', wanted: 'Pro' }],
      differences: [],
    });
    expect(crm.modules['Leads']?.[1]?.values).toEqual(['Free', 'Added by a person', 'Pro']);
    expect(await applySetUp(crm.client, setup)).toEqual({ kind: 'ok', done: [], differences: [] });
  });

  it('leaves to a person what it must not change', async () => {
    const crm = inOrder();
    crm.modules['Contacts'] = [field('External_User_ID', { dataType: 'integer' })];
    expect(await applySetUp(crm.client, setup)).toMatchObject({
      done: [],
      differences: [{ difference: 'other_type', action: 'by_hand' }],
    });
    expect(crm.created).toEqual([]);
  });

  it('hands on a refusal', async () => {
    const crm = new FakeFields({});
    crm.creating = failure;
    expect(await applySetUp(crm.client, setup)).toBe(failure);
    expect(crm.created).toHaveLength(1);
  });

  it('creates nothing when the fields cannot be read', async () => {
    const crm = inOrder();
    crm.reading = failure;
    expect(await applySetUp(crm.client, setup)).toBe(failure);
    expect(crm.created).toEqual([]);
  });
});
