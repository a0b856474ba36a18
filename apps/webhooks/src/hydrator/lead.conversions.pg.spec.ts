import { sql } from 'kysely';
import { z } from 'zod';
import { putLinks } from '#ledger';
import { commonPayload, defineMapping, type Mapping } from '#mapping';
import { ReturnStage } from '../../test/return.stage.ts';

const named = z.object({ phone: z.string() });
const told = z.object({ ...commonPayload, user_id: z.string() });
const people: Mapping = defineMapping({
  name: 'people',
  product: 'portal',
  version: 1,
  destination: 'zoho-crm',
  events: { 'user.changed': { 1: named } },
  initial: { id: '', phone: '' },
  fold: { 'user.changed': (_state, { subject, data }) => ({ id: subject, ...(data as z.output<typeof named>) }) },
  project: ({ id, phone }) => [
    { module: 'Leads', identity: { field: 'External_User_ID', value: id }, fields: { Phone: phone }, onCreate: {} },
  ],
  returns: {
    modules: {
      Leads: {
        identity: 'External_User_ID',
        reads: ['External_User_ID', 'Phone'],
        about: ({ id }) => ({ subject: id, ids: { user_id: id } }),
        gives: [],
        tells: { converted: 'crm.lead.converted', deleted: 'crm.lead.deleted' },
      },
    },
    restoreLimit: () => 3,
    events: { 'crm.lead.converted': told, 'crm.lead.deleted': told },
  },
  setup: {},
  scopes: [],
});

const LEAD = 'id-Leads/a';
const CONTACT = 'contact-1';
const AT = Date.parse('2026-03-02T09:00:00Z');

let stage: ReturnStage;

beforeAll(async () => {
  stage = await ReturnStage.open('conversions', [people]);
});
beforeEach(async () => {
  await stage.reset('portal');
  await user('1');
  await stage.dispatch();
  stage.crm.convert(LEAD, CONTACT, AT);
});
afterAll(() => stage.context[Symbol.asyncDispose]());

const user = (phone: string): Promise<void> =>
  stage.told(people, 'user.changed', { subject: 'a', key: 'a', data: { phone } });
const links = (): Promise<unknown[]> =>
  stage.rows(sql`select record_key as key, module, record_id as id from ledger.links`);
const MOVED = [{ key: 'Leads/a', module: 'Contacts', id: CONTACT }];

it('a Lead that a person converted is told once, and what follows goes to its Contact', async () => {
  await stage.read('Leads', LEAD);
  expect(await links()).toEqual(MOVED);
  const events = await stage.rows(sql`
    select event_type as type, aggregate_type as topic, payload from outbox.events where aggregate_type <> 'outcomes'`);
  const payload = {
    user_id: 'a',
    module: 'Leads',
    record_id: LEAD,
    changed_at: '2026-03-02T09:00:00Z',
    changed_by: null,
  };
  expect(events).toEqual([{ type: 'crm.lead.converted', topic: 'leads', payload }]);
  await stage.read('Leads', LEAD);
  expect(await stage.types('lead')).toEqual(['crm.lead.converted']);
  await user('2');
  await stage.dispatch();
  expect(stage.crm.records.get(CONTACT)).toMatchObject({ Phone: '2' });
});

it('is told as well where a command followed it to its Contact before it was read', async () => {
  const link = { connectionId: 'c1', product: 'portal', entityType: 'user', entityId: 'a', recordKey: 'Leads/a' };
  await putLinks(stage.context.db, [{ ...link, module: 'Contacts', recordId: CONTACT }]);
  await stage.read('Leads', LEAD);
  await stage.read('Leads', LEAD, 'sweep');
  expect(await stage.types('lead')).toEqual(['crm.lead.converted']);
  expect(await links()).toEqual(MOVED);
});

it('a Lead that was deleted is no conversion', async () => {
  await stage.reset('portal');
  await user('1');
  await stage.dispatch();
  stage.crm.move(LEAD, 'bin');
  await stage.read('Leads', LEAD);
  expect(await stage.types('lead')).toEqual(['crm.lead.deleted']);
});
