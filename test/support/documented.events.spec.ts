import { changedEvent } from '../../apps/webhooks/src/hydrator/crm.event.ts';
import { undocumented } from './documented.events.ts';
import type { ToldRecord } from './told.records.ts';

const link = {
  connectionId: 'c1',
  recordKey: 'Leads/42',
  product: 'portal',
  entityType: 'user',
  entityId: '42',
  module: 'Leads',
  recordId: '700',
};

/** As a consumer of Kafka sees it. */
function told(record: Readonly<Record<string, string | object>>, seed: Partial<ToldRecord> = {}): ToldRecord {
  const changes = [{ field: 'Lead_Status', before: null, after: 'Contacted' }];
  const {
    aggregateType,
    entityId: key,
    eventType: type,
    payload,
  } = changedEvent(link, { id: '700', ...record }, changes);
  const id = '01980000-0000-7000-8000-000000000001';
  const headers = {
    id,
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: '/crm',
    ce_subject: key,
    ce_tenantid: 'acme',
    ce_time: '2026-03-01T10:00:00Z',
  };
  return { id, key, type, topic: `crm.${aggregateType}`, payload, headers, ...seed };
}

describe('the events that are documented', () => {
  it.each<[what: string, record: Readonly<Record<string, string | object>>]>([
    ['and a person', { Modified_Time: '2026-03-01T10:00:00+01:00', Modified_By: { id: '9', name: 'Sally' } }],
    ['and nobody', { Modified_Time: '2026-03-01T10:00:00+01:00' }],
    ['at a time that the CRM does not say', {}],
  ])('have that of a connection which watches a field %s', async (_what, record) => {
    expect(await undocumented([told(record)])).toEqual([]);
  });

  it.each<[what: string, seed: Partial<ToldRecord>, found: RegExp]>([
    ['a type that nobody described', { type: 'crm.lead.vanished' }, /no message has this name there/],
    ['a topic that nobody described', { topic: 'portal.leads' }, /no message has this name there/],
    [
      'a payload without what is promised',
      { payload: { module: 'Leads' } },
      /crm\.lead\.changed in crm\.leads: .*required/,
    ],
    ['a record without headers', { headers: {} }, /headers: .*required/],
  ])('do not have %s', async (_what, seed, found) => {
    expect(await undocumented([told({}, seed)])).toContainEqual(expect.stringMatching(found));
  });
});
