import type { Link } from '#ledger';
import { changedEvent, thingOf } from './crm.event.ts';

const link: Link = {
  connectionId: 'c1',
  recordKey: 'Leads/42',
  product: 'portal',
  entityType: 'user',
  entityId: '42',
  module: 'Leads',
  recordId: '700',
};
const changes = [{ field: 'Lead_Status', before: null, after: 'Contacted' }];

describe('changedEvent', () => {
  it('says what people changed, of which entity and record, when and who', () => {
    const record = {
      id: '700',
      Lead_Status: 'Contacted',
      Modified_Time: '2026-03-01T10:00:00+01:00',
      Modified_By: { id: '9', name: 'Sally', email: 'sally@example.test' },
    };
    expect(changedEvent(link, record, changes)).toEqual({
      aggregateType: 'leads',
      entityId: '42',
      eventType: 'crm.lead.changed',
      payload: {
        user_id: '42',
        module: 'Leads',
        record_id: '700',
        changed_at: '2026-03-01T10:00:00+01:00',
        changed_by: { id: '9', name: 'Sally' },
        changes: { Lead_Status: { before: null, after: 'Contacted' } },
      },
    });
  });

  it.each([undefined, null, 'Sally', [], {}])('bears that the CRM says %j of the person', (by) => {
    const { payload } = changedEvent(link, { id: '700', ...(by === undefined ? {} : { Modified_By: by }) }, changes);
    expect(payload['changed_at']).toBeNull();
    const isObject = typeof by === 'object' && by !== null && !Array.isArray(by);
    expect(payload['changed_by']).toEqual(isObject ? { id: null, name: null } : null);
  });
});

describe('thingOf', () => {
  it.each([
    ['Leads', 'lead'],
    ['Contacts', 'contact'],
    ['Accounts', 'account'],
    ['Deals', 'deal'],
    ['Tasks', 'task'],
    ['Cases', 'case'],
    ['Sales_Orders', 'sales_order'],
    ['Price_Books', 'price_book'],
    ['Quotes', 'quote'],
    ['Business', 'business'],
    ['Equipment', 'equipment'],
  ])('%s is the plural of %s', (module, thing) => {
    expect(thingOf(module)).toBe(thing);
  });
});
