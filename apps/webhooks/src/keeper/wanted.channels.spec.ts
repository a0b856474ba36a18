import type { Connection } from '#connections';
import { wantedChannels, type WatchingMapping } from './wanted.channels.ts';

const connection = (watch: Record<string, string[]>, tenantId = 'telecom'): Connection => ({
  id: 'c1',
  tenantId,
  destination: 'zoho-crm',
  state: 'active',
  stateCode: null,
  settings: { watch },
});
const telecom: WatchingMapping = {
  product: 'telecom',
  destination: 'zoho-crm',
  watched: { Deals: ['edit', 'create', 'delete'], Contacts: ['edit'] },
  watchedFields: { Contacts: ['Email'] },
};
const other: WatchingMapping = { product: 'shop', destination: 'zoho-crm', watched: { Cases: ['create'] } };
const silent: WatchingMapping = { product: 'portal', destination: 'zoho-crm' };
const desk: WatchingMapping = { product: 'telecom', destination: 'zendesk', watched: { Tickets: ['edit'] } };

describe('wantedChannels', () => {
  it('wants nothing where nothing is watched', () => {
    expect(wantedChannels(connection({ Leads: [] }, 'portal'), [silent, telecom])).toEqual([]);
  });

  it('wants edits and deletions of the fields that a connection watches, and conversions of Leads', () => {
    expect(wantedChannels(connection({ Leads: ['Lead_Status'], Deals: ['Stage'] }, 'portal'), [silent])).toEqual([
      { module: 'Deals', events: ['edit', 'delete'], fields: ['Stage'] },
      { module: 'Leads', events: ['edit', 'delete'], fields: ['Converted__s', 'Lead_Status'] },
    ]);
  });

  it('wants what the pack of the tenant watches, and not what others do', () => {
    expect(wantedChannels(connection({}), [telecom, other, desk])).toEqual([
      { module: 'Contacts', events: ['edit'], fields: ['Email'] },
      { module: 'Deals', events: ['create', 'edit', 'delete'], fields: [] },
    ]);
  });

  it('wants what any pack watches where the tenant is none of the products', () => {
    const modules = wantedChannels(connection({}, 'tenant-7'), [telecom, other, desk]).map(({ module }) => module);
    expect(modules).toEqual(['Cases', 'Contacts', 'Deals']);
  });

  it('joins packs and settings; who looks at all fields wins', () => {
    expect(wantedChannels(connection({ Contacts: ['Phone'], Deals: ['Stage'] }), [telecom])).toEqual([
      { module: 'Contacts', events: ['edit', 'delete'], fields: ['Email', 'Phone'] },
      { module: 'Deals', events: ['create', 'edit', 'delete'], fields: [] },
    ]);
  });

  it('wants all edits where a condition cannot name the fields', () => {
    const fields = Array.from({ length: 11 }, (_, index) => `F${index}`);
    expect(wantedChannels(connection({ Deals: fields }, 'portal'), [])).toEqual([
      { module: 'Deals', events: ['edit', 'delete'], fields: [] },
    ]);
  });
});
