import { caseFileSchema, caseSchema } from './case.schema.ts';

const event = {
  id: 'e1',
  aggregate_type: 'user',
  aggregate_id: '7',
  event_type: 'user.signed_up',
  occurred_at: '2026-03-01T10:00:00Z',
  payload: { email: 'a@b.de' },
};
const match = { Ext: '7' };
const whole = {
  name: 'all that the format has',
  connections: [{ destination: 'zoho-crm' }, { destination: 'webhook', tenant_id: 't', id: 'c', settings: { a: 1 } }],
  steps: [
    { event },
    {
      event: { ...event, tenant_id: 't', partition_key: 't:7', headers: { origin: 'c' }, event_version: 2 },
      no_wait: true,
    },
    { sql_row: { table: 'users', op: 'insert', row: { id: 'u' }, rollback: true } },
    { sql_row: { table: 'users', op: 'update', key: { id: 'u' }, row: { email: null } } },
    { crm_create: { module: 'Leads', fields: { Last_Name: 'X' } } },
    { crm_edit: { object: 'ticket', tenant_id: 't', match, fields: { status: 'open' } } },
    { crm_delete: { module: 'Leads', match } },
    { crm_convert: { module: 'Leads', match } },
    { crm_notify: { module: 'Leads', match, times: 3 } },
    { disconnect: { destination: 'zendesk', data: 'keep', tenant_id: 't' } },
  ],
  expect: {
    records: [{ module: 'Leads', match, count: [1, 2], fields: { A: { $ref: { module: 'Contacts', match } } } }],
    absent: [
      { module: 'Leads', match },
      { object: 'user', match },
    ],
    zendesk: [{ object: 'ticket', match, fields: { tags: ['a'] } }],
    notes: [{ parent: { module: 'Leads', match }, titles: ['T'], contents: ['C'] }],
    mails: [{ to: 'a@b.de', template: 'welcome', count: 1 }],
    webhooks: [{ event_type: 'x', connection: 'c', count: 0, match: { a: 1 } }],
    product_events: [],
  },
};

describe('the format of cases', () => {
  it('has all steps and expectations', () => {
    expect(caseFileSchema.parse({ pack: 'p', product: 'q', cases: [whole] }).cases[0]).toEqual(whole);
  });

  it.each<[string, object]>([
    ['two keys in a step', { steps: [{ event, crm_delete: { module: 'Leads', match } }] }],
    ['an unknown step', { steps: [{ crm_merge: {} }] }],
    ['an unknown key in a step', { steps: [{ event: { ...event, type: 'x' } }] }],
    ['an unknown operation', { steps: [{ sql_row: { table: 'users', op: 'upsert' } }] }],
    ['no step', { steps: [] }],
    ['an unknown list', { expect: { leads: [] } }],
    ['a count that is no number', { expect: { records: [{ module: 'Leads', match, count: 'many' }] } }],
    ['a record of Zendesk among those of the CRM', { expect: { records: [{ object: 'ticket', match }] } }],
  ])('refuses %s', (_, wrong) => {
    expect(caseSchema.safeParse({ ...whole, ...wrong }).success).toBe(false);
  });
});
