import { compareSetUp } from './setup.comparison.ts';
import { labelOf, type ActualField, type SetUp } from './setup.types.ts';

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
