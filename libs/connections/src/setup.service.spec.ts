import type { SetUp } from '#mapping';
import type { FieldsResult, NewField, NewPipeline, WriteOutcome, ZohoField, ZohoLayout, ZohoPipeline } from '#zoho';
import { applySetUp, checkSetUp, type SetUpWriter, type WantedSetUp } from './setup.service.ts';

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

/** Values of a picklist with their ids. */
function picklist(values: readonly string[]): Pick<ZohoField, 'values' | 'valueIds'> {
  return { values, valueIds: Object.fromEntries(values.map((value, at) => [value, `${at + 1}`])) };
}

function layout(id: string, name: string): ZohoLayout {
  return { id, name, status: 'active', fields: [] };
}

/** A CRM as far as set-up sees it; what is created is there from then on. */
class FakeFields {
  readonly modules: Record<string, ZohoField[]>;
  readonly created: [module: string, fields: readonly NewField[]][] = [];
  readonly added: [module: string, fieldId: string, values: readonly string[]][] = [];
  readonly pipelines: ZohoPipeline[] = [];
  readonly wrote: string[] = [];
  /** The layouts of Deals, the second of which has the pipelines. */
  layouts = [layout('88', 'Retail'), layout('99', 'Standard')];
  reading: FieldsResult | null = null;
  creating: WriteOutcome | null = null;

  constructor(modules: Record<string, ZohoField[]>) {
    this.modules = modules;
  }

  get client(): SetUpWriter {
    return {
      fields: (module) => Promise.resolve(this.reading ?? { kind: 'ok', fields: this.modules[module] ?? [] }),
      layouts: () => Promise.resolve({ kind: 'ok', layouts: this.layouts }),
      pipelines: (id) => Promise.resolve({ kind: 'ok', pipelines: id === '99' ? this.pipelines : [] }),
      createPipeline: (id, pipeline) => Promise.resolve(this.#put(`create ${id}`, { id: '7', ...pipeline })),
      updatePipeline: (id, { pipelineId, stages }) =>
        Promise.resolve(this.#put(`update ${id}`, { id: pipelineId, name: 'Own', stages })),
      addPicklistValues: (module, { fieldId, values }) => Promise.resolve(this.#add(module, fieldId, values)),
      createFields: (module, { fields }) => {
        this.created.push([module, fields]);
        return Promise.resolve(fields.map((wanted) => this.creating ?? this.#create(module, wanted)));
      },
    };
  }

  #put(how: string, { id, name, stages }: NewPipeline & { readonly id: string }): WriteOutcome {
    this.wrote.push(`${how} ${name}: ${stages.map((stage) => `${stage.value}=${stage.id}`).join(' ')}`);
    if (this.creating !== null) return this.creating;
    const shown = stages.map((stage) => ({ ...stage, shown: stage.value }));
    const others = this.pipelines.filter((pipeline) => pipeline.id !== id);
    this.pipelines.splice(0, Infinity, ...others, { id, name, isDefault: false, stages: shown });
    return { kind: 'succeeded', recordId: id, created: true, modifiedAt: null };
  }

  #add(module: string, fieldId: string, values: readonly string[]): WriteOutcome {
    this.added.push([module, fieldId, values]);
    if (this.creating !== null) return this.creating;
    const fields = this.modules[module] ?? [];
    this.modules[module] = fields.map((each) =>
      each.id === fieldId ? { ...each, ...picklist([...each.values, ...values]) } : each,
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
    expect(await checkSetUp(inOrder().client, { setup })).toEqual({ kind: 'ok', differences: [] });
  });

  it('names what is missing or not as declared, and creates nothing', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID', { length: 32 })] });
    const result = await checkSetUp(crm.client, { setup });
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
    expect(await checkSetUp(crm.client, { setup })).toBe(failure);
  });
});

describe('applySetUp', () => {
  it('creates what is missing as declared, and nothing else', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID', { isUnique: true })] });
    const result = await applySetUp(crm.client, { setup });
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
    expect(await applySetUp(crm.client, { setup: plain })).toMatchObject({
      done: [{ action: 'create' }],
      differences: [],
    });
    expect(await applySetUp(crm.client, { setup: plain })).toEqual({ kind: 'ok', done: [], differences: [] });
    expect(crm.created).toEqual([
      ['Leads', [{ label: 'External User ID', dataType: 'text', length: 64, unique: true }]],
    ]);
  });

  it('changes nothing that exists, and says what still differs', async () => {
    const crm = new FakeFields({ Leads: [field('External_User_ID')] });
    const result = await applySetUp(crm.client, { setup: { Leads: setup['Leads']?.slice(0, 1) ?? [] } });
    expect(crm.created).toEqual([]);
    expect(result).toMatchObject({ kind: 'ok', differences: [{ difference: 'not_unique' }] });
  });

  it('adds the picklist values that are missing, and keeps those of people', async () => {
    const crm = inOrder();
    crm.modules['Leads'] = (crm.modules['Leads'] ?? []).map((each) =>
      each.apiName === 'Plan' ? { ...each, values: ['Free', 'Added by a person'] } : each,
    );
    const result = await applySetUp(crm.client, { setup });
    expect(crm.added).toEqual([['Leads', 'Plan', ['Pro']]]);
    expect(crm.created).toEqual([]);
    expect(result).toMatchObject({
      kind: 'ok',
      done: [{ apiName: 'Plan', difference: 'values_missing', action: 'add_values', wanted: 'Pro' }],
      differences: [],
    });
    expect(crm.modules['Leads']?.[1]?.values).toEqual(['Free', 'Added by a person', 'Pro']);
    expect(await applySetUp(crm.client, { setup })).toEqual({ kind: 'ok', done: [], differences: [] });
  });

  it('leaves to a person what it must not change', async () => {
    const crm = inOrder();
    crm.modules['Contacts'] = [field('External_User_ID', { dataType: 'integer' })];
    expect(await applySetUp(crm.client, { setup })).toMatchObject({
      done: [],
      differences: [{ difference: 'other_type', action: 'by_hand' }],
    });
    expect(crm.created).toEqual([]);
  });

  it('hands on a refusal', async () => {
    const crm = new FakeFields({});
    crm.creating = failure;
    expect(await applySetUp(crm.client, { setup })).toBe(failure);
    expect(crm.created).toHaveLength(1);
  });

  it('creates nothing when the fields cannot be read', async () => {
    const crm = inOrder();
    crm.reading = failure;
    expect(await applySetUp(crm.client, { setup })).toBe(failure);
    expect(crm.created).toEqual([]);
  });
});

describe('the pipelines of Deals', () => {
  const wanted: WantedSetUp = {
    setup: { Deals: [{ apiName: 'Stage', type: 'picklist', values: ['Trial'], standard: true }] },
    pipelines: [
      {
        name: 'Own',
        stages: [
          { name: 'Trial', kind: 'open' },
          { name: 'Closed Won', kind: 'won' },
        ],
      },
    ],
  };
  const withStage = (...values: string[]): FakeFields =>
    new FakeFields({ Deals: [field('Stage', { dataType: 'picklist', ...picklist(values) })] });

  it('are missing: the connection must wait, and nothing is made by a check', async () => {
    const crm = withStage('Trial', 'Closed Won');
    expect(await checkSetUp(crm.client, wanted)).toMatchObject({
      differences: [{ apiName: 'Pipeline Own', difference: 'pipeline_missing', action: 'create', stops: true }],
    });
    expect(crm.wrote).toEqual([]);
  });

  it('are made on the standard layout, after the stages that the picklist lacks', async () => {
    const crm = withStage('Closed Won');
    expect(await applySetUp(crm.client, wanted)).toMatchObject({
      done: [
        { apiName: 'Stage', action: 'add_values' },
        { apiName: 'Pipeline Own', action: 'create' },
      ],
      differences: [],
    });
    expect(crm.wrote).toEqual(['create 99 Own: Trial=2 Closed Won=1']);
    expect(await applySetUp(crm.client, wanted)).toEqual({ kind: 'ok', done: [], differences: [] });
    expect(crm.wrote).toHaveLength(1);
  });

  it('get the stages that they lack, behind those of people', async () => {
    const crm = withStage('Trial', 'Closed Won', 'Added');
    const stages = ['Added', 'Closed Won'].map((value) => ({ id: null, value, shown: value }));
    crm.pipelines.push({ id: '5', name: 'Own', isDefault: false, stages });
    expect(await applySetUp(crm.client, wanted)).toMatchObject({
      done: [{ difference: 'stages_missing', action: 'add_stages', wanted: 'Trial' }],
      differences: [],
    });
    expect(crm.wrote).toEqual(['update 99 Own: Added=3 Closed Won=2 Trial=1']);
  });

  it('stay missing, and are named, where Deals have no layout or the picklist lacks all stages', async () => {
    const bare = withStage('Trial', 'Closed Won');
    bare.layouts = [];
    const named = { done: [], differences: [{ apiName: 'Pipeline Own', difference: 'pipeline_missing' }] };
    expect(await applySetUp(bare.client, wanted)).toMatchObject(named);
    const { pipelines = [] } = wanted;
    expect(await applySetUp(withStage().client, { setup: {}, pipelines })).toMatchObject(named);
  });

  it('are the reason why it fails when they are refused', async () => {
    const crm = withStage('Trial', 'Closed Won');
    crm.creating = failure;
    expect(await applySetUp(crm.client, wanted)).toBe(failure);
  });

  it('need a standard field that is never made: a person has to find out why it is gone', async () => {
    const crm = new FakeFields({});
    const { setup: deals } = wanted;
    expect(await applySetUp(crm.client, { setup: deals })).toMatchObject({
      done: [],
      differences: [{ apiName: 'Stage', difference: 'standard_missing', action: 'by_hand', stops: true }],
    });
    expect(crm.created).toEqual([]);
  });
});
