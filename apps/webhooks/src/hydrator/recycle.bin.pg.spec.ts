import { sql } from 'kysely';
import { z } from 'zod';
import type { JsonObject } from '#contracts';
import { releaseRecord } from '#ledger';
import { defineMapping, type Mapping } from '#mapping';
import { builtInPacks } from '#packs';
import { transaction } from '#postgres';
import { ReturnStage } from '../../test/return.stage.ts';
import { markLostRecords } from '../sweep/lost.marks.ts';

const telecom = builtInPacks['telecom-contracts']?.mapping;
if (telecom === undefined) throw new Error('the pack is built in');

const named = z.object({ name: z.string(), phone: z.string().nullable() });
/** A pack without a way back, and nothing of its module is watched. */
const people: Mapping = defineMapping({
  name: 'people',
  product: 'portal',
  version: 1,
  destination: 'zoho-crm',
  events: { 'user.changed': { 1: named } },
  initial: { id: '', name: '', phone: null as string | null },
  fold: { 'user.changed': (_state, { subject, data }) => ({ id: subject, ...(data as z.output<typeof named>) }) },
  project: ({ id, name, phone }) => [
    {
      module: 'Leads',
      identity: { field: 'External_User_ID', value: id },
      fields: { Last_Name: name, Phone: phone },
      onCreate: { Lead_Source: 'Causeway' },
    },
  ],
  setup: {},
  scopes: [],
});

const DEAL = 'id-Deals/CT-2026-001';
const LEAD = 'id-Leads/a';

let stage: ReturnStage;

beforeAll(async () => {
  stage = await ReturnStage.open('recycle', [telecom, people]);
});
afterAll(() => stage.context[Symbol.asyncDispose]());

const contract = (type: string, data: JsonObject = {}): Promise<void> => {
  const whole = { customer_id: 'c9', contract_number: 'CT-2026-001', ...data };
  return stage.told(telecom, `contract.${type}`, { subject: 'k1', key: 'c9', data: whole });
};
const user = (name: string, phone: string | null): Promise<void> =>
  stage.told(people, 'user.changed', { subject: 'a', key: 'a', data: { name, phone } });
const parked = (): Promise<unknown[]> =>
  stage.rows(sql`select record_key as key, code from ledger.commands where state = 'parked' order by id`);
const lost = (): Promise<unknown[]> =>
  stage.rows(sql`select record_key as key from ledger.links where lost_at is not null`);
const look = (): Promise<number> => markLostRecords(stage.context.db, { intervalMs: 3_600_000 });

describe('a record that comes out of the recycle bin', () => {
  it('of a pack with a way back goes on by itself: one event, one write, of fields of the product alone', async () => {
    await stage.reset('telecom');
    await contract('created', { customer: { last_name: 'Nkosi' }, total_contract_value: '10' });
    await stage.dispatch();
    stage.crm.put(DEAL, { Deal_Name: 'By sales' });
    stage.crm.move(DEAL, 'bin');
    await stage.read('Deals', DEAL);
    await contract('corrected', { total_contract_value: '11' });
    await stage.dispatch();
    await contract('corrected', { total_contract_value: '12' });
    await contract('terminated');
    await stage.dispatch();
    expect(await parked()).toEqual([{ key: 'Deals/CT-2026-001', code: 'deleted_in_crm' }]);
    stage.crm.move(DEAL, 'records');
    stage.crm.writes.length = 0;
    await stage.read('Deals', DEAL);
    await stage.dispatch();
    expect(stage.crm.writes).toHaveLength(1);
    expect(stage.crm.records.get(DEAL)).toMatchObject({ Amount: 12, Stage: 'Closed Lost', Deal_Name: 'By sales' });
    expect([await parked(), await lost()]).toEqual([[], []]);
    expect(await stage.types('deal')).toEqual(['crm.deal.deleted', 'crm.deal.restored']);
    expect(await stage.parts.metric('records_came_back_total')).toEqual([expect.stringMatching(/module="Deals".* 1$/)]);
    await stage.read('Deals', DEAL);
    await stage.dispatch();
    expect([stage.crm.writes.length, await stage.types('deal')]).toEqual([
      1,
      ['crm.deal.deleted', 'crm.deal.restored'],
    ]);
  });

  it('also when nobody saw that it was gone but the write that was refused', async () => {
    await stage.reset('telecom');
    await contract('created', { customer: { last_name: 'Nkosi' }, total_contract_value: '10' });
    await stage.dispatch();
    stage.crm.move(DEAL, 'bin');
    await contract('corrected', { total_contract_value: '11' });
    await stage.dispatch();
    stage.crm.move(DEAL, 'records');
    stage.crm.writes.length = 0;
    // The amount differs, and a command that writes it is open: it says nothing yet, and goes on all the same.
    await stage.read('Deals', DEAL);
    await stage.dispatch();
    expect([stage.crm.writes.length, stage.crm.records.get(DEAL)?.['Amount'], await parked()]).toEqual([1, 11, []]);
    await stage.read('Deals', DEAL);
    expect([await stage.types('deal'), await stage.rows(sql`select 1 from webhooks.dirty`)]).toEqual([[], []]);
  });

  it('of a pack without one, in a module that nobody watches: it is looked for, found, and goes on', async () => {
    await stage.reset('portal');
    await user('Lovelace', '1');
    await stage.dispatch();
    stage.crm.put(LEAD, { Lead_Source: 'By sales' });
    stage.crm.move(LEAD, 'bin');
    await user('Lovelace', '2');
    await user('Lovelace', null);
    await stage.dispatch();
    expect(await look()).toBe(0);
    await sql`update ledger.links set lost_at = now() - interval '2 hours' where lost_at is not null`.execute(
      stage.context.db,
    );
    expect([await look(), await look()]).toEqual([1, 0]);
    await stage.read('Leads', LEAD);
    // Read a moment ago, and it was not there.
    expect([await look(), await parked()]).toEqual([0, [{ key: 'Leads/a', code: 'deleted_in_crm' }]]);
    stage.crm.move(LEAD, 'records');
    stage.crm.writes.length = 0;
    await stage.read('Leads', LEAD);
    await stage.dispatch();
    expect(stage.crm.writes).toMatchObject([{ fields: { External_User_ID: 'a', Last_Name: 'Lovelace', Phone: null } }]);
    expect(stage.crm.records.get(LEAD)).toMatchObject({ Phone: null, Lead_Source: 'By sales' });
    expect([await parked(), await lost()]).toEqual([[], []]);
  });

  it('and was released stays alone, and is not looked for', async () => {
    await stage.reset('portal');
    await user('Lovelace', '1');
    await stage.dispatch();
    stage.crm.move(LEAD, 'bin');
    await user('Lovelace', '2');
    await stage.dispatch();
    await transaction(stage.context.db, (trx) => releaseRecord(trx, { connectionId: 'c1', recordKey: 'Leads/a' }));
    await sql`update ledger.links set lost_at = now() - interval '2 hours'`.execute(stage.context.db);
    expect(await look()).toBe(0);
    stage.crm.move(LEAD, 'records');
    stage.crm.writes.length = 0;
    await stage.read('Leads', LEAD);
    await stage.dispatch();
    expect(stage.crm.writes).toEqual([]);
  });
});
