import { sql, type Kysely } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import { Inbox, askRedrive, listSetAside } from '#inbox';
import { builtInPacks } from '#packs';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ScratchDatabase,
} from '#postgres';
import { anEvent, postgresUrl, silentLogger } from '#testing';
import { applyReturns } from './contract.inbox.ts';
import { TELECOM_MIGRATION, type ContractStatus, type TelecomDatabase } from './telecom.tables.ts';

const mapping = builtInPacks['telecom-contracts']?.mapping;
if (mapping === undefined) throw new Error('the pack is built in');

let scratch: ScratchDatabase;
let db: Kysely<TelecomDatabase>;
let inbox: Inbox<TelecomDatabase>;
let sequence: number;

beforeAll(async () => {
  scratch = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'telecominbox' });
  await migrate({ url: scratch.url, folder: migrationFolder('product') });
  db = createDatabase<TelecomDatabase>(createPool({ url: scratch.url, applicationName: 'telecom-inbox', max: 4 }));
  await sql.raw(TELECOM_MIGRATION).execute(db);
  await sql.raw(TELECOM_MIGRATION).execute(db);
});
beforeEach(async () => {
  await sql`truncate contracts, crm_conflicts, inbox.processed, inbox.set_aside, outbox.events restart identity`.execute(
    db,
  );
  inbox = new Inbox({ db, consumer: 'telecom.crm', logger: silentLogger });
  sequence = 0;
});
afterAll(async () => {
  await db.destroy();
  await scratch.drop();
});

const BY = { id: '9', name: 'Sally' };
const AT = '2026-03-02T08:00:00Z';
const DEAL = { module: 'Deals', record_id: '7', changed_at: AT, changed_by: BY, customer_id: 'c9' };
const CONTRACT = { contract_id: 'k1', contract_number: 'CT-2026-001' };

/** An event as the pack promises it; what it could not send is no test of its receiver. */
function told(type: string, data: JsonObject, id?: string): CausewayEvent {
  const payload = type.startsWith('crm.deal.') ? { ...DEAL, ...CONTRACT, ...data } : { ...DEAL, ...data };
  mapping?.returns?.events[type]?.strict().parse(payload);
  sequence += 1;
  const event = { type, data: payload, tenantId: 'telecom', key: 'c9', subject: 'k1', id: id ?? `e${sequence}` };
  return anEvent({ ...event, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
}
const moved = (to: string, stage: string, move = 1): CausewayEvent =>
  told('crm.deal.stage_changed', { previous_stage: 'Negotiation/Review', stage, contract_status: to, move });

async function aContract(status: ContractStatus, signedOn: string | null = null): Promise<void> {
  const row = { id: 'k1', contract_number: 'CT-2026-001', customer_id: 'c9', status, signed_on: signedOn };
  await db
    .insertInto('contracts')
    .values({ ...row, crm_stage: 'Negotiation/Review' })
    .execute();
}

const contract = () =>
  db.selectFrom('contracts').select(['status', 'crm_stage', 'crm_missing']).where('id', '=', 'k1').executeTakeFirst();
const conflicts = () =>
  db
    .selectFrom('crm_conflicts')
    .select(['record', 'field', 'product_value', 'crm_value', 'restored', 'changed_by', 'changed_at'])
    .orderBy('id')
    .execute();
const emitted = async () =>
  (
    await sql<object>`
      select event_type as type, aggregate_type || '/' || aggregate_id as of, partition_key as key, tenant_id as tenant, payload,
             headers from outbox.events order by created_at`.execute(db)
  ).rows;

describe('a stage that became a contract state', () => {
  interface Move {
    readonly to: string;
    readonly stage: string;
    readonly from: ContractStatus;
    readonly signedOn: string | null;
  }
  const WON = { to: 'active', stage: 'Closed Won' };
  const LOST = { to: 'terminated', stage: 'Closed Lost' };
  const BACK = { to: 'draft', stage: 'Negotiation/Review' };
  const UNSIGNED = { signedOn: null };
  const SIGNED = { signedOn: '2026-02-01' };

  it.each<Move & { type: string; times: JsonObject }>([
    { ...WON, from: 'signed', ...SIGNED, type: 'contract.activated', times: { activated_at: AT } },
    { ...LOST, from: 'draft', ...UNSIGNED, type: 'contract.terminated', times: { terminated_at: AT } },
    { ...LOST, from: 'signed', ...SIGNED, type: 'contract.terminated', times: { terminated_at: AT } },
    { ...BACK, from: 'terminated', ...UNSIGNED, type: 'contract.reopened', times: {} },
  ])('$to by $stage from $from, signed $signedOn: $type, answered once', async (move) => {
    const { to, stage, from, signedOn, type, times } = move;
    await aContract(from, signedOn);
    const event = moved(to, stage, 3);
    expect(await inbox.take([event], applyReturns)).toMatchObject({ applied: 1, repeated: 0 });
    expect(await inbox.take([event], applyReturns)).toMatchObject({ applied: 0, repeated: 1 });
    expect(await contract()).toEqual({ status: to, crm_stage: stage, crm_missing: false });
    const payload = { customer_id: 'c9', contract_number: 'CT-2026-001', cause: 'crm', move: 3, ...times };
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    expect(await emitted()).toEqual([{ type, of: 'contract/k1', key: 'c9', tenant: 'telecom', payload, headers }]);
    // The pack understands its answer.
    expect(mapping.events[type]?.[1]?.safeParse(payload).success).toBe(true);
    expect(await conflicts()).toEqual([]);
  });

  it.each<Move>([
    { ...WON, from: 'draft', ...UNSIGNED },
    { ...WON, from: 'active', ...SIGNED },
    { ...WON, from: 'terminated', ...SIGNED },
    { ...LOST, from: 'active', ...SIGNED },
    { ...LOST, from: 'terminated', ...UNSIGNED },
    { ...BACK, from: 'draft', ...UNSIGNED },
    { ...BACK, from: 'signed', ...SIGNED },
    { ...BACK, from: 'active', ...SIGNED },
    { ...BACK, from: 'terminated', ...SIGNED },
  ])('$to by $stage from $from, signed $signedOn, is illegal: kept, and nothing is told', async (move) => {
    const { to, stage, from, signedOn } = move;
    await aContract(from, signedOn);
    const before = await contract();
    await inbox.take([moved(to, stage)], applyReturns);
    expect([await contract(), await emitted()]).toEqual([before, []]);
    const who = { changed_by: BY, changed_at: new Date(AT) };
    expect(await conflicts()).toEqual([
      { record: 'Deals/CT-2026-001', field: 'Stage', product_value: from, crm_value: stage, restored: false, ...who },
    ]);
  });

  it('of a contract that the product does not know is kept as well', async () => {
    await inbox.take([moved('active', 'Closed Won')], applyReturns);
    expect(await emitted()).toEqual([]);
    expect(await conflicts()).toMatchObject([{ field: 'Stage', product_value: null, crm_value: 'Closed Won' }]);
  });

  it('moves of one batch are carried out one after another', async () => {
    await aContract('draft');
    const batch = [
      moved('terminated', 'Closed Lost', 1),
      moved('draft', 'Negotiation/Review', 2),
      moved('terminated', 'Closed Lost', 3),
    ];
    expect(await inbox.take(batch, applyReturns)).toMatchObject({ applied: 3 });
    expect((await emitted()).map((row) => (row as { payload: JsonObject }).payload['move'])).toEqual([1, 2, 3]);
    expect(await contract()).toMatchObject({ status: 'terminated' });
  });
});

describe('what was not taken over', () => {
  const edit = { field: 'Amount', product_value: 10, crm_value: 99, restored: true };
  it.each([
    [
      'crm.deal.stage_refused',
      {
        stage: 'Closed Won',
        restored_stage: 'Negotiation/Review',
        contract_status: 'draft',
        reason: 'contract_not_signed',
        restored: true,
      },
      {
        record: 'Deals/CT-2026-001',
        field: 'Stage',
        product_value: 'Negotiation/Review',
        crm_value: 'Closed Won',
        restored: true,
      },
    ],
    ['crm.deal.conflict_recorded', edit, { record: 'Deals/CT-2026-001', ...edit }],
    [
      'crm.deal.conflict_recorded',
      { ...edit, crm_value: null, restored: false },
      { ...edit, record: 'Deals/CT-2026-001', crm_value: null, restored: false },
    ],
    [
      'crm.quote.conflict_recorded',
      { ...edit, module: 'Quotes', quote_id: 'q1', quote_number: 'QT-1', field: 'Quoted_Items', crm_value: [] },
      { ...edit, record: 'Quotes/QT-1', field: 'Quoted_Items', crm_value: [] },
    ],
    ['crm.contact.conflict_recorded', { ...edit, module: 'Contacts' }, { ...edit, record: 'Contacts/c9' }],
    ['crm.account.conflict_recorded', { ...edit, module: 'Accounts' }, { ...edit, record: 'Accounts/c9' }],
  ])('%s is kept for the staff; the contract is not touched', async (type, data, row) => {
    await aContract('draft');
    const before = await contract();
    await inbox.take([told(type, data)], applyReturns);
    expect([await contract(), await emitted()]).toEqual([before, []]);
    expect(await conflicts()).toEqual([{ ...row, changed_by: BY, changed_at: new Date(AT) }]);
  });
});

describe('a Deal that is gone', () => {
  it('is missing until it is back', async () => {
    await aContract('signed', '2026-02-01');
    await inbox.take([told('crm.deal.deleted', { changed_by: null })], applyReturns);
    expect(await contract()).toMatchObject({ crm_missing: true, status: 'signed' });
    await inbox.take([told('crm.deal.restored', {})], applyReturns);
    expect(await contract()).toMatchObject({ crm_missing: false });
    expect([await conflicts(), await emitted()]).toEqual([[], []]);
  });
});

describe('what does not concern the product, or cannot be used', () => {
  it('is passed over: a deleted quote, an event that the connection watches for others', async () => {
    await aContract('draft');
    const quote = told('crm.quote.deleted', { module: 'Quotes', quote_id: 'q1', quote_number: 'QT-1' });
    expect(await inbox.take([quote, told('crm.deal.changed', {})], applyReturns)).toMatchObject({ applied: 2 });
    expect([await conflicts(), await emitted()]).toEqual([[], []]);
  });

  it('is set aside with what is wrong with it; later moves of the customer wait, and follow when it is redriven', async () => {
    await aContract('draft');
    const bad = {
      ...moved('terminated', 'Closed Lost'),
      data: { ...DEAL, ...CONTRACT, stage: 'Closed Lost', move: 0 },
    };
    const good = moved('terminated', 'Closed Lost');
    const { setAside } = await inbox.take([bad, good], applyReturns);
    expect(setAside).toEqual([
      {
        code: 'payload_malformed',
        reason: 'crm.deal.stage_changed has no usable contract_status, move',
        sourceKey: bad.id,
      },
      expect.objectContaining({ code: 'INBOX_KEY_HELD', sourceKey: good.id }),
    ]);
    expect(await contract()).toMatchObject({ status: 'draft' });
    const [first] = await listSetAside(db);
    await sql`select inbox.skip(${first?.id ?? ''}::bigint)`.execute(db);
    const [held] = await listSetAside(db);
    if (held !== undefined) await askRedrive(db, held.id);
    await inbox.redrive(applyReturns);
    expect(await contract()).toMatchObject({ status: 'terminated' });
  });

  it('a contract and its answer are kept together or not at all', async () => {
    await aContract('signed', '2026-02-01');
    await sql`alter table outbox.events add constraint refused check (event_type <> 'contract.activated')`.execute(db);
    try {
      const { setAside } = await inbox.take([moved('active', 'Closed Won')], applyReturns);
      expect(setAside).toHaveLength(1);
      expect([await contract(), await emitted()]).toEqual([
        { status: 'signed', crm_stage: 'Negotiation/Review', crm_missing: false },
        [],
      ]);
    } finally {
      await sql`alter table outbox.events drop constraint refused`.execute(db);
    }
  });
});
