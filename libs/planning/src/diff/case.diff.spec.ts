import { defineMapping } from '#mapping';
import { builtInPacks, type Pack } from '#packs';
import { z } from 'zod';
import { diffCases } from './case.diff.ts';
import { differingRecords } from './record.difference.ts';

it.each(Object.values(builtInPacks).map((pack) => [pack.name, pack] as const))(
  '%s: a version differs from itself in no worked case',
  (_name, pack) => {
    const cases = diffCases(pack, pack);
    expect(cases.filter(({ result }) => result === 'differs' || result === 'fails')).toEqual([]);
    expect(cases.filter(({ result }) => result === 'same').length).toBeGreaterThan(0);
  },
);

function packOf(version: number): Pack {
  const isNew = version === 2;
  const mapping = defineMapping({
    name: 'orders',
    product: 'shop',
    version,
    destination: 'zoho-crm',
    events: { 'order.placed': { 1: z.object({ title: z.string().optional() }) } },
    initial: { id: '', title: '' },
    fold: {
      'order.placed': (_state, { subject: id, data: { title } }, tools) => {
        if (title === undefined && isNew) return tools.setAside('missing_value', 'title');
        const lead = { module: 'Leads', identity: { field: 'Order_ID', value: id } };
        if (isNew)
          tools.effect({ effect: 'note', key: `shop/hello/${id}`, parent: lead, title: 'Hello', content: null });
        return { id, title: title ?? 'none' };
      },
    },
    project: ({ id, title }) => [
      {
        module: 'Leads',
        identity: { field: 'Order_ID', value: id },
        fields: isNew ? { Last_Name: title.trim(), City: 'Oslo' } : { Last_Name: title, Fax: '1' },
      },
    ],
    setup: {},
    scopes: [],
  });
  const caseOf = (name: string, payload: object): Pack['cases'][number] =>
    ({
      name,
      steps: [
        {
          event: {
            id: '019c1000-0009-7000-8000-000000000001',
            aggregate_type: 'order',
            aggregate_id: '1',
            event_type: 'order.placed',
            occurred_at: '2026-01-09T09:00:00Z',
            payload,
          },
        },
      ],
      expect: {},
    }) as Pack['cases'][number];
  const cases = [caseOf('clean', { title: 'Chair' }), caseOf('spaces', { title: ' Chair' }), caseOf('no title', {})];
  return { name: 'orders', product: 'shop', mapping, cases };
}

it('names records, fields, effects and verdicts that differ', () => {
  const note = {
    kind: 'only_after',
    record: 'Notes/shop/hello/1',
    module: 'Notes',
    fields: ['Note_Title', 'Note_Content', 'Parent_Id'],
  };
  const lead = { kind: 'differs', record: 'Leads/1', module: 'Leads' };
  expect(diffCases(packOf(1), packOf(2))).toEqual([
    { name: 'clean', result: 'differs', verdicts: 0, records: [{ ...lead, fields: ['Fax', 'City'] }, note] },
    {
      name: 'spaces',
      result: 'differs',
      verdicts: 0,
      records: [{ ...lead, fields: ['Last_Name', 'Fax', 'City'] }, note],
    },
    {
      name: 'no title',
      result: 'differs',
      verdicts: 1,
      records: [{ ...lead, kind: 'only_before', fields: ['Order_ID', 'Last_Name', 'Fax'] }],
    },
  ]);
});

it('null, absent and empty lists of fields are no difference where they are the same', () => {
  const one = new Map([['Leads/1', { module: 'Leads', fields: { A: null, B: 1 } }]]);
  const other = new Map([['Leads/1', { module: 'Leads', fields: { B: 1 } }]]);
  expect(differingRecords(one, other)).toEqual([]);
});
