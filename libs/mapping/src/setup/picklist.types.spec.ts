import { choice } from '../values/choice.value.ts';
import { standardPicklist, type FieldsIn, type PicklistValue, type StageName } from './picklist.types.ts';
import type { SetUp, SetUpPipeline } from './setup.types.ts';

const setup = {
  Leads: [
    { apiName: 'Plan', type: 'picklist', values: ['Basic', 'Pro'] },
    { apiName: 'Seats', type: 'integer' },
    standardPicklist('Lead_Status', ['New', 'Lost']),
  ],
  Deals: [standardPicklist('Stage', ['Trial'])],
} as const satisfies SetUp;
const pipelines = [
  { name: 'Sales', stages: [{ name: 'Closed Won', kind: 'won' }] },
] as const satisfies readonly SetUpPipeline[];

type Plan = PicklistValue<typeof setup, 'Leads', 'Plan'>;
type Fields = FieldsIn<typeof setup, 'Leads'>;
type DealFields = FieldsIn<typeof setup, 'Deals', StageName<typeof pipelines>>;

// What is expected here is said to the compiler: a directive that finds no error is one itself.
describe('values of picklists', () => {
  it('may be those that are declared', () => {
    const map = { basic: 'Basic', pro: 'Pro' } as const satisfies Record<string, Plan>;
    const fields = { Plan: map.pro, Lead_Status: null, Seats: 3, Other: 'x' } satisfies Fields;
    const stages = [{ Stage: 'Trial' }, { Stage: 'Closed Won' }] satisfies DealFields[];
    expect([choice(map)('PRO'), fields.Plan, stages.length]).toEqual([{ is: 'value', value: 'Pro' }, 'Pro', 2]);
  });

  it('may be no others: a table, a projection, a stage and a field that is none do not compile', () => {
    // @ts-expect-error 'Premium' is not declared
    const map = { premium: 'Premium' } as const satisfies Record<string, Plan>;
    // @ts-expect-error 'Gone' is not declared
    const fields = { Lead_Status: 'Gone' } satisfies Fields;
    const anyText: string = map.premium;
    // @ts-expect-error any text may be no value
    const loose = { Plan: anyText } satisfies Fields;
    // @ts-expect-error 'Closed Lost' stands in no pipeline
    const stage = { Stage: 'Closed Lost' } satisfies DealFields;
    // @ts-expect-error Seats is no picklist
    const seats: PicklistValue<typeof setup, 'Leads', 'Seats'>[] = [];
    expect([map, fields, loose, stage, seats]).toHaveLength(5);
  });

  it('are declared for the CRM as well', () => {
    expect(setup.Leads[2]).toEqual({
      apiName: 'Lead_Status',
      type: 'picklist',
      values: ['New', 'Lost'],
      standard: true,
    });
  });
});
