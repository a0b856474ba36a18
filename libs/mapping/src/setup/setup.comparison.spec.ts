import { comparePipelines, compareSetUp } from './setup.comparison.ts';
import { labelOf, type ActualField, type ActualPipeline, type SetUp, type SetUpPipeline } from './setup.types.ts';

const setup: SetUp = {
  Leads: [
    { apiName: 'Ext_ID', type: 'text', length: 64, unique: true },
    { apiName: 'Plan', label: 'Chosen plan', type: 'picklist', values: ['Basic', 'Pro'] },
  ],
};
const id: ActualField = { apiName: 'Ext_ID', type: 'text', length: 64, unique: true, values: [] };
const plan: ActualField = {
  apiName: 'Plan',
  type: 'picklist',
  length: 120,
  unique: false,
  values: ['Basic', 'Pro', 'Own'],
};
const email: ActualField = { apiName: 'Email', type: 'email', length: 100, unique: false, values: [] };

function differences(...fields: ActualField[]): string[] {
  return compareSetUp(setup, { Leads: fields }).map(
    ({ module, apiName, difference, wanted, actual, stops }) =>
      `${module}.${apiName} ${difference} ${wanted}/${actual ?? '-'}${stops ? '' : ' (goes on)'}`,
  );
}

describe('the set-up of a CRM', () => {
  it.each<[string, ActualField[], string[]]>([
    ['as declared', [id, plan, email], []],
    [
      'longer, with more',
      [
        { ...id, length: 255 },
        { ...plan, unique: true },
      ],
      [],
    ],
    ['a length that the CRM does not tell', [{ ...id, length: null }, plan], []],
    ['missing', [plan], ['Leads.Ext_ID missing text/-']],
    ['other case', [{ ...id, apiName: 'ext_id' }, plan], ['Leads.Ext_ID missing text/-']],
    ['other type', [{ ...id, type: 'integer' }, plan], ['Leads.Ext_ID other_type text/integer']],
    [
      'shorter and not unique',
      [{ ...id, length: 20, unique: false }, plan],
      ['Leads.Ext_ID shorter 64/20', 'Leads.Ext_ID not_unique unique/not unique'],
    ],
    ['values missing', [id, { ...plan, values: ['Basic'] }], ['Leads.Plan values_missing Pro/Basic (goes on)']],
    ['a unique e-mail', [id, plan, { ...email, unique: true }], ['Leads.Email must_not_be_unique not unique/unique']],
  ])('%s', (_, fields, expected) => {
    expect(differences(...fields)).toEqual(expected);
  });

  it('lacks all fields of a module that it does not have', () => {
    expect(compareSetUp(setup, {})).toHaveLength(2);
  });

  it('labels a field with its API name in words, unless told otherwise', () => {
    expect(setup['Leads']?.map((field) => labelOf(field))).toEqual(['Ext ID', 'Chosen plan']);
  });
});

it('names a standard field that is missing as such, for it is never made', () => {
  const stage: SetUp = { Deals: [{ apiName: 'Stage', type: 'picklist', values: ['Trial'], standard: true }] };
  expect(compareSetUp(stage, {})).toMatchObject([{ apiName: 'Stage', difference: 'standard_missing', stops: true }]);
});

describe('the pipelines of a CRM', () => {
  const wanted: SetUpPipeline[] = [
    {
      name: 'Own',
      stages: [
        { name: 'Trial', kind: 'open' },
        { name: 'Closed Won', kind: 'won' },
      ],
    },
  ];
  const standard: ActualPipeline = { name: 'Standard (Standard)', stages: ['Trial', 'Closed Won'] };
  const own = (...stages: string[]): ActualPipeline => ({ name: 'Own', stages });

  it.each<[string, ActualPipeline[], string[]]>([
    ['as declared', [standard, own('Trial', 'Closed Won')], []],
    ['in another order, with more', [own('Closed Won', 'Added', 'Trial')], []],
    ['missing', [standard], ['pipeline_missing Trial, Closed Won/-']],
    ['none at all', [], ['pipeline_missing Trial, Closed Won/-']],
    ['other case', [{ ...own('Trial', 'Closed Won'), name: 'own' }], ['pipeline_missing Trial, Closed Won/-']],
    ['a stage missing', [own('Closed Won', 'Added')], ['stages_missing Trial/Closed Won, Added']],
    ['no stages', [own()], ['stages_missing Trial, Closed Won/']],
  ])('%s', (_, actual, expected) => {
    const found = comparePipelines(wanted, actual);
    expect(found.map((each) => `${each.difference} ${each.wanted}/${each.actual ?? '-'}`)).toEqual(expected);
    for (const each of found) expect(each).toMatchObject({ module: 'Deals', apiName: 'Pipeline Own', stops: true });
  });
});
