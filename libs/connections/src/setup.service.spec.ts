import type { SetUp } from '#mapping';
import type { FieldsResult, NewField, WriteOutcome, ZohoClient, ZohoField } from '#zoho';
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
  reading: FieldsResult | null = null;
  creating: WriteOutcome | null = null;

  constructor(modules: Record<string, ZohoField[]>) {
    this.modules = modules;
  }

  get client(): Pick<ZohoClient, 'fields' | 'createFields'> {
    return {
      fields: (module) => Promise.resolve(this.reading ?? { kind: 'ok', fields: this.modules[module] ?? [] }),
      createFields: (module, { fields }) => {
        this.created.push([module, fields]);
        return Promise.resolve(fields.map((wanted) => this.creating ?? this.#create(module, wanted)));
      },
    };
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
    expect(await applySetUp(crm.client, plain)).toEqual({ kind: 'ok', differences: [] });
    expect(await applySetUp(crm.client, plain)).toEqual({ kind: 'ok', differences: [] });
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
