import type { JsonObject } from '#contracts';
import { CrmPlayer, eventOf, type EventSeed } from '#mapping';
import { mapping } from './mapping.ts';

const CUSTOMER = 'c1';
const DEAL = 'Deals/CT-2026-001';
const data = { customer_id: CUSTOMER, contract_number: 'CT-2026-001' };
let count = 0;

function player(...types: string[]): CrmPlayer {
  count = 0;
  const made = new CrmPlayer(mapping);
  tell(made, 'contract.created', { customer: { last_name: 'Nkosi' }, total_contract_value: '10' });
  for (const type of types) tell(made, `contract.${type}`);
  return made;
}

function tell(to: CrmPlayer, type: string, more: JsonObject = {}): void {
  count += 1;
  const time = `2026-03-01T10:00:${String(count).padStart(2, '0')}Z`;
  const subject = type.startsWith('quote.') ? 'q1' : 'k1';
  const seed: EventSeed = { type, subject, key: CUSTOMER, time, data: { ...data, ...more } };
  to.take(eventOf(mapping, seed, count));
}

const stageOf = (crm: CrmPlayer) => crm.records.get(DEAL)?.fields['Stage'];
const told = (crm: CrmPlayer) =>
  crm.told.map(({ type, data: { stage, contract_status: status, move, reason } }) => {
    return [type.replace('crm.deal.', ''), stage, status, move ?? reason];
  });

/** What each status makes of each kind of stage (specification, 6.4). */
const STATUS = {
  draft: [],
  signed: ['signed'],
  active: ['signed', 'activated'],
  'terminated, never signed': ['terminated'],
  'terminated, signed': ['signed', 'terminated'],
} as const;
const DRAFT = 'Proposal/Price Quote';
const NEUTRAL = 'Needs Analysis';
const WON = 'Closed Won';
const LOST = 'Closed-Lost to Competition';

const table: [keyof typeof STATUS, string, 'accepted' | 'active' | 'terminated' | 'draft' | `refused ${string}`][] = [
  ['draft', DRAFT, 'accepted'],
  ['draft', NEUTRAL, 'accepted'],
  ['draft', WON, 'refused contract_not_signed'],
  ['draft', LOST, 'terminated'],
  ['signed', DRAFT, 'accepted'],
  ['signed', NEUTRAL, 'accepted'],
  ['signed', WON, 'active'],
  ['signed', LOST, 'terminated'],
  ['active', DRAFT, 'refused contract_already_active'],
  ['active', NEUTRAL, 'refused contract_already_active'],
  ['active', LOST, 'refused contract_already_active'],
  ['terminated, never signed', DRAFT, 'draft'],
  ['terminated, never signed', NEUTRAL, 'refused contract_terminated'],
  ['terminated, never signed', WON, 'refused contract_terminated'],
  ['terminated, never signed', LOST, 'accepted'],
  ['terminated, signed', DRAFT, 'refused contract_terminated'],
  ['terminated, signed', NEUTRAL, 'refused contract_terminated'],
  ['terminated, signed', WON, 'refused contract_terminated'],
  ['terminated, signed', LOST, 'accepted'],
];

describe('a stage move', () => {
  it.each(table)('of a contract that is %s to %s: %s', (status, stage, outcome) => {
    const crm = player(...STATUS[status]);
    const before = stageOf(crm);
    crm.edit(DEAL, { Stage: stage });
    if (outcome === 'accepted') expect([stageOf(crm), told(crm)]).toEqual([stage, []]);
    else if (outcome.startsWith('refused')) {
      expect(stageOf(crm)).toBe(before);
      expect(told(crm)).toEqual([['stage_refused', stage, status.split(',')[0], outcome.slice('refused '.length)]]);
    } else {
      expect([stageOf(crm), told(crm)]).toEqual([stage, [['stage_changed', stage, outcome, 1]]]);
    }
    expect(crm.observed.flatMap(({ commands }) => commands.flatMap(({ trigger }) => trigger))).toEqual([]);
  });

  it('to a stage that the setting does not name is taken over and listed', () => {
    const crm = player('signed');
    crm.edit(DEAL, { Stage: 'Parked by Legal' });
    expect([stageOf(crm), crm.told]).toEqual(['Parked by Legal', []]);
    expect(crm.conflicts).toMatchObject([{ kind: 'unrecognised', field: 'Stage' }]);
    tell(crm, 'contract.activated');
    expect(stageOf(crm)).toBe(WON);
  });

  it('is answered once: the answer changes nothing, and a newer move stands', () => {
    const crm = player();
    crm.edit(DEAL, { Stage: LOST });
    crm.edit(DEAL, { Stage: DRAFT });
    tell(crm, 'contract.terminated', { cause: 'crm', move: 1 });
    tell(crm, 'contract.reopened', { cause: 'crm', move: 2 });
    expect(stageOf(crm)).toBe(DRAFT);
    expect(told(crm)).toEqual([
      ['stage_changed', LOST, 'terminated', 1],
      ['stage_changed', DRAFT, 'draft', 2],
    ]);
  });

  it('is refused as often as the limit says, then left standing, until the product moves the contract', () => {
    const crm = player();
    for (let time = 0; time < 5; time += 1) crm.edit(DEAL, { Stage: WON });
    expect(stageOf(crm)).toBe(WON);
    // The fifth is the value that was left: seeing it again is silent.
    expect(crm.told.map((event) => event.data['restored'])).toEqual([true, true, true, false]);
    tell(crm, 'contract.terminated');
    expect(stageOf(crm)).toBe('Closed Lost');
    tell(crm, 'contract.reopened');
    crm.edit(DEAL, { Stage: WON });
    expect(crm.told.at(-1)?.data['restored']).toBe(true);
  });
});

describe('an edit of what the product owns', () => {
  it('gives one event a field, and each is put back in one write that tells nobody', () => {
    const crm = player();
    crm.edit(DEAL, { KYC_Status: 'Completed', Amount: 11, Closing_Date: '2027-01-01' });
    expect(crm.records.get(DEAL)?.fields).toMatchObject({
      KYC_Status: 'Not Started',
      Amount: 10,
      Closing_Date: '2027-01-01',
    });
    expect(crm.observed.at(-1)?.commands).toMatchObject([
      { operation: 'write', module: 'Deals', fields: { Amount: 10, KYC_Status: 'Not Started' }, trigger: [] },
    ]);
    expect(crm.told).toMatchObject([
      {
        module: 'Deals',
        type: 'crm.deal.conflict_recorded',
        subject: 'k1',
        data: {
          customer_id: CUSTOMER,
          contract_id: 'k1',
          contract_number: 'CT-2026-001',
          module: 'Deals',
          record_id: DEAL,
          changed_by: { id: '1', name: 'A person' },
          field: 'Amount',
          product_value: 10,
          crm_value: 11,
          restored: true,
        },
      },
      { data: { field: 'KYC_Status', product_value: 'Not Started', crm_value: 'Completed' } },
    ]);
  });

  it('of the identity is put back as well', () => {
    const crm = player();
    crm.edit(DEAL, { Contract_Number: 'CT-2026-777' });
    expect(crm.records.get(DEAL)?.fields['Contract_Number']).toBe('CT-2026-001');
    expect(crm.told).toMatchObject([{ data: { field: 'Contract_Number', crm_value: 'CT-2026-777', restored: true } }]);
  });

  it('in other words is an echo', () => {
    const crm = player();
    crm.edit(DEAL, { Amount: '10.00', KYC_Status: ' Not  Started ', Risk_Tier: '' });
    expect(crm.told).toEqual([]);
    expect(crm.observed.at(-1)).toMatchObject({ verdict: 'ignored', reason: 'echo' });
  });

  it('is left standing at the limit, told once for each value, and forgotten when our value is back', () => {
    const crm = player();
    for (const value of [1, 2, 3, 4, 4, 5]) crm.edit(DEAL, { Amount: value });
    expect(crm.records.get(DEAL)?.fields['Amount']).toBe(5);
    expect(crm.told.map((event) => [event.data['crm_value'], event.data['restored']])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, false],
      [5, false],
    ]);
    crm.edit(DEAL, { Amount: 10 });
    crm.edit(DEAL, { Amount: 5 });
    expect(crm.told.at(-1)?.data).toMatchObject({ crm_value: 5, restored: false });
    tell(crm, 'contract.corrected', { total_contract_value: '12' });
    expect(crm.records.get(DEAL)?.fields['Amount']).toBe(12);
    crm.edit(DEAL, { Amount: 5 });
    expect(crm.records.get(DEAL)?.fields['Amount']).toBe(12);
  });

  it('of the rows of a quote counts as one field', () => {
    const crm = player();
    const lines = [{ product_code: 'P', product_name: 'P', quantity: 1, unit_price: '5' }];
    const quote = { quote_number: 'QT-1', customer: {}, lines };
    tell(crm, 'quote.created', quote);
    const key = 'Quotes/QT-1';
    const rows = (crm.records.get(key)?.fields['Quoted_Items'] ?? []) as JsonObject[];
    // The CRM adds ids and totals of its own.
    crm.edit(key, { Quoted_Items: rows.map((row) => ({ ...row, id: '9', Net_Total: 5 })) });
    expect(crm.told).toEqual([]);
    crm.edit(key, { Quoted_Items: [...rows, ...rows] });
    expect(crm.records.get(key)?.fields['Quoted_Items']).toEqual(rows);
    expect(crm.told).toMatchObject([
      { type: 'crm.quote.conflict_recorded', subject: 'q1', data: { field: 'Quoted_Items', restored: true } },
    ]);
  });
});

describe('a record that a person deleted', () => {
  it('gives one event, is not made again, and is asserted when it comes back', () => {
    const crm = player();
    crm.delete(DEAL);
    crm.look(DEAL);
    tell(crm, 'contract.signed');
    expect(crm.records.has(DEAL)).toBe(false);
    crm.restore(DEAL);
    expect(crm.told.map(({ type }) => type)).toEqual(['crm.deal.deleted', 'crm.deal.restored']);
    expect(crm.records.get(DEAL)?.fields).toMatchObject({ Contract_Signed_Date: '2026-03-01', Amount: 10 });
    expect(crm.observed.at(-1)?.commands[0]?.fields).not.toHaveProperty('Stage');
  });

  it('takes its lookups with it: that is nobody’s edit', () => {
    const crm = player();
    const lines = [{ product_code: 'P', product_name: 'P', quantity: 1, unit_price: '5' }];
    tell(crm, 'quote.created', { quote_number: 'QT-1', customer: {}, lines });
    tell(crm, 'contract.corrected', { quote_id: 'q1' });
    crm.delete(DEAL);
    crm.edit('Quotes/QT-1', { Deal_Name: null });
    expect(crm.told.map(({ type }) => type)).toEqual(['crm.deal.deleted']);
  });

  it('is listed alone where it is a Contact', () => {
    const crm = player();
    crm.delete(`Contacts/${CUSTOMER}`);
    expect(crm.told).toEqual([]);
    expect(crm.conflicts).toMatchObject([{ kind: 'deleted', recordKey: `Contacts/${CUSTOMER}` }]);
  });
});
