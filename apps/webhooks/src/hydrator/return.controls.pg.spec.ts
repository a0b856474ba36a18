import { sql } from 'kysely';
import type { JsonObject } from '#contracts';
import { putLinks } from '#ledger';
import { builtInPacks } from '#packs';
import { ReturnStage } from '../../test/return.stage.ts';
import { markDirty } from '../dirty/dirty.store.ts';
import { markUnmatched } from './unmatched.store.ts';

const telecom = builtInPacks['telecom-contracts']?.mapping;
if (telecom === undefined) throw new Error('the pack is built in');

const DEAL = 'id-Deals/CT-2026-001';

let stage: ReturnStage;

beforeAll(async () => {
  stage = await ReturnStage.open('controls', [telecom]);
});
beforeEach(() => stage.reset('telecom'));
afterAll(() => stage.context[Symbol.asyncDispose]());

const contract = (type: string, data: JsonObject = {}): Promise<void> => {
  const whole = { customer_id: 'c9', contract_number: 'CT-2026-001', ...data };
  return stage.told(telecom, `contract.${type}`, { subject: 'k1', key: 'c9', data: whole });
};
async function aContract(): Promise<void> {
  await contract('created', { customer: { last_name: 'Nkosi' }, total_contract_value: '10' });
  await stage.dispatch();
  stage.crm.writes.length = 0;
}

/** All that the product says of the Deal, but for its stage. */
const WANTED = {
  Contract_Number: 'CT-2026-001',
  Amount: 10,
  Contract_Signed_Date: null,
  KYC_Status: 'Not Started',
  KYC_Verified_Date: null,
  Risk_Tier: null,
  RICA_Status: 'Pending',
};

describe('a forced reading', () => {
  it('asserts all that the product says, not the stage, and triggers nothing, though nothing differs', async () => {
    await aContract();
    stage.crm.put(DEAL, { Deal_Name: 'By sales' });
    await stage.read('Deals', DEAL, 'forced');
    await stage.dispatch();
    expect(stage.crm.writes).toEqual([{ recordId: DEAL, fields: WANTED, trigger: [] }]);
    expect([await stage.readings(), await stage.types('deal')]).toEqual([['echo'], []]);
    await stage.read('Deals', DEAL);
    await stage.dispatch();
    expect([await stage.readings(), stage.crm.writes.length]).toEqual([['echo', 'echo'], 1]);
  });

  it('judges first what people did: a move is accepted, an edit recorded, and one write puts things right', async () => {
    await aContract();
    stage.crm.put(DEAL, { Stage: 'Qualification', Amount: 99 });
    await stage.read('Deals', DEAL, 'forced');
    await stage.dispatch();
    expect(stage.crm.writes).toEqual([{ recordId: DEAL, fields: WANTED, trigger: [] }]);
    expect(stage.crm.records.get(DEAL)).toMatchObject({ Stage: 'Qualification', Amount: 10 });
    expect([await stage.readings(), await stage.types('deal')]).toEqual([['edit'], ['crm.deal.conflict_recorded']]);
  });

  it('puts a refused move back in the same write', async () => {
    await aContract();
    stage.crm.put(DEAL, { Stage: 'Closed Won' });
    await stage.read('Deals', DEAL, 'forced');
    await stage.dispatch();
    const fields = { ...WANTED, Stage: 'Negotiation/Review' };
    expect(stage.crm.writes).toEqual([{ recordId: DEAL, fields, trigger: [] }]);
    expect(await stage.types('deal')).toEqual(['crm.deal.stage_refused']);
  });

  it('ends what was left standing after too many edits; the next edit is recorded again', async () => {
    await aContract();
    for (const amount of [96, 97, 98, 99]) {
      stage.crm.put(DEAL, { Amount: amount });
      await stage.read('Deals', DEAL);
      await stage.dispatch();
    }
    expect(stage.crm.records.get(DEAL)).toMatchObject({ Amount: 99 });
    await stage.read('Deals', DEAL, 'forced');
    await stage.dispatch();
    expect(stage.crm.records.get(DEAL)).toMatchObject({ Amount: 10 });
    stage.crm.put(DEAL, { Amount: 99 });
    await stage.read('Deals', DEAL);
    expect(await stage.types('deal')).toHaveLength(5);
  });

  it('waits for an open command, and is not forgotten when a notification marked the record before or after', async () => {
    await aContract();
    await contract('corrected', { total_contract_value: '11' });
    const mark = (reason: 'notification' | 'sweep' | 'forced') =>
      markDirty(stage.context.db, [{ connectionId: 'c1', module: 'Deals', recordId: DEAL, reason }]);
    for (const reason of ['notification', 'forced', 'sweep', 'notification'] as const) await mark(reason);
    await stage.readMarked();
    expect([await stage.readings(), stage.crm.writes]).toEqual([[], []]);
    await stage.dispatch();
    await stage.readMarked();
    await stage.dispatch();
    expect(stage.crm.writes.map(({ fields }) => fields)).toEqual([{ Amount: 11 }, { ...WANTED, Amount: 11 }]);
  });
});

describe('a record that carries a name of ours and has no link', () => {
  const unmatched = (): Promise<unknown[]> =>
    stage.rows(
      sql`select record_key as key, field, tries, try_at is null as given_up from webhooks.unmatched order by 1`,
    );
  const due = async (): Promise<number> => {
    await sql`update webhooks.unmatched set try_at = now() where try_at is not null`.execute(stage.context.db);
    return markUnmatched(stage.context.db);
  };

  it('is kept and tried again for a day, then listed; it gives no event and is never written', async () => {
    stage.crm.put('7', { Contract_Number: 'CT-2026-009', Stage: 'Closed Won' });
    await stage.read('Deals', '7');
    expect(await unmatched()).toEqual([
      { key: 'Deals/CT-2026-009', field: 'Contract_Number', tries: 1, given_up: false },
    ]);
    expect(await markUnmatched(stage.context.db)).toBe(0);
    expect([await due(), await due()]).toEqual([1, 0]);
    await stage.readMarked();
    expect(await unmatched()).toMatchObject([{ tries: 2, given_up: false }]);
    await sql`update webhooks.unmatched set first_seen_at = now() - interval '25 hours'`.execute(stage.context.db);
    expect(await due()).toBe(1);
    await stage.readMarked();
    expect([await unmatched(), await due()]).toMatchObject([[{ tries: 3, given_up: true }], 0]);
    expect([await stage.types('deal'), stage.crm.writes]).toEqual([[], []]);
    expect(await stage.readings()).toEqual(['not_ours', 'not_ours', 'not_ours']);
  });

  it('is judged as soon as its link is there', async () => {
    await aContract();
    const { rows } = await sql<{ entity_id: string }>`
      delete from ledger.links where module = 'Deals' returning entity_id`.execute(stage.context.db);
    stage.crm.put(DEAL, { Amount: 99 });
    await stage.read('Deals', DEAL);
    expect(await unmatched()).toMatchObject([{ key: 'Deals/CT-2026-001', tries: 1 }]);
    const of = { connectionId: 'c1', recordKey: 'Deals/CT-2026-001', module: 'Deals', recordId: DEAL };
    const entity = { product: 'telecom', entityType: 'contract', entityId: rows[0]?.entity_id ?? '' };
    await putLinks(stage.context.db, [{ ...of, ...entity }]);
    expect(await markUnmatched(stage.context.db)).toBe(1);
    await stage.readMarked();
    expect([await unmatched(), await stage.types('deal')]).toEqual([[], ['crm.deal.conflict_recorded']]);
  });

  it('is none any more when it loses the name, or is gone; one without a name never is', async () => {
    stage.crm.put('7', { Contract_Number: 'CT-2026-009' });
    stage.crm.put('8', { Contract_Number: null });
    await stage.read('Deals', '7');
    await stage.read('Deals', '8');
    expect(await unmatched()).toHaveLength(1);
    stage.crm.put('7', { Contract_Number: '' });
    await stage.read('Deals', '7');
    expect(await unmatched()).toEqual([]);
    stage.crm.put('7', { Contract_Number: 'CT-2026-009' });
    await stage.read('Deals', '7');
    stage.crm.move('7', 'bin');
    await stage.read('Deals', '7');
    expect(await unmatched()).toEqual([]);
  });

  it('of one connection has nothing to do with the link of another', async () => {
    await stage.context.addConnection({ id: 'c2', tenantId: 'other' });
    stage.crm.put('7', { Contract_Number: 'CT-2026-009' });
    await stage.read('Deals', '7');
    const of = { connectionId: 'c2', recordKey: 'Deals/CT-2026-009', module: 'Deals', recordId: '7' };
    await putLinks(stage.context.db, [{ ...of, product: 'telecom', entityType: 'contract', entityId: 'c9' }]);
    expect(await markUnmatched(stage.context.db)).toBe(0);
  });
});
