import { sql } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { eventStep, foldSteps } from '#folding';
import { claimCommands, settleCommands } from '#ledger';
import { eventOf } from '#mapping';
import { builtInPacks } from '#packs';
import { transaction } from '#postgres';
import { integrationDatabase, type IntegrationContext } from '#testing';
import type { ZohoRecord } from '#zoho';
import { webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { markDirty } from '../dirty/dirty.store.ts';
import { HydratorService } from './hydrator.service.ts';

const pack = builtInPacks['telecom-contracts'];
if (pack === undefined) throw new Error('the pack is built in');
const { mapping } = pack;

/** Records as a list gives them: without their rows. */
class FakeCrm {
  readonly records = new Map<string, ZohoRecord>();
  readonly single: string[] = [];

  put(id: string, fields: Record<string, Json>): void {
    const changed = { Modified_Time: '2026-03-02T10:00:00+02:00', Modified_By: { id: '9', name: 'Sally' } };
    this.records.set(id, { ...changed, ...this.records.get(id), ...fields, id });
  }

  getByIds(_module: string, { ids }: { ids: readonly string[] }) {
    const listed = ids.flatMap((id) => this.records.get(id) ?? []);
    const records = listed.map(({ Quoted_Items: _rows, ...record }) => record as ZohoRecord);
    return Promise.resolve({ kind: 'ok' as const, records });
  }

  getById(_module: string, { id }: { id: string }) {
    this.single.push(id);
    return Promise.resolve({ kind: 'ok' as const, record: this.records.get(id) ?? null });
  }

  /** Who deleted a record, the CRM does not say here. */
  deleted() {
    return Promise.resolve({ kind: 'ok' as const, records: [], nextPage: null });
  }

  findByField(_module: string, { field, values }: { field: string; values: readonly (string | number)[] }) {
    const records = [...this.records.values()].filter((record) => values.some((value) => value === record[field]));
    return Promise.resolve({ kind: 'ok' as const, records });
  }

  convertedLead() {
    return Promise.resolve({ kind: 'ok' as const, leads: [] });
  }
}

let context: IntegrationContext;
let parts: WebhooksParts;
let crm: FakeCrm;
let minute: number;

beforeAll(async () => {
  context = await integrationDatabase('returns');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ tenantId: 'telecom' });
  parts = webhooksParts();
  crm = new FakeCrm();
  minute = 0;
});
afterAll(() => context[Symbol.asyncDispose]());

/** Each event is a minute later than the one before. */
async function told(type: string, subject: string, data: JsonObject): Promise<void> {
  minute += 1;
  const at = `10:${String(minute).padStart(2, '0')}:00`;
  const id = `${type}/${at}`;
  const whole = { customer_id: 'c9', contract_number: 'CT-2026-001', ...data };
  const event = eventOf(mapping, { id, type, subject, key: 'c9', time: `2026-03-01T${at}Z`, data: whole });
  const record = { topic: 't', partition: 0, offset: '0', key: null, value: null, headers: {}, timestamp: 0 };
  const step = eventStep(event, { record, entityType: 'contract' });
  await transaction(context.db, (trx) => foldSteps(trx, { mapping, steps: [step] }));
}

/** All that waits is written, record after record, and the CRM holds it. */
async function dispatch(): Promise<void> {
  for (;;) {
    const options = { owner: 'relay', leaseMs: 60_000, limit: 50, connectionIds: ['c1'] };
    const claimed = await claimCommands(context.db, options);
    if (claimed.length === 0) return;
    const settled = claimed.map((command) => {
      const { product, entityType, entityId, module, recordKey, fields, identity } = command;
      const recordId = command.link?.recordId ?? `id-${recordKey}`;
      crm.put(recordId, { ...fields, [identity.field]: identity.value });
      const link = { product, entityType, entityId, module, recordId };
      return { command, outcome: { kind: 'succeeded', recordId, created: false } as const, link };
    });
    await settleCommands(context.db, settled, { owner: 'relay', random: () => 0 });
  }
}

const DEAL = 'id-Deals/CT-2026-001';

async function aContract(): Promise<void> {
  await told('contract.created', 'k1', { customer: { last_name: 'Nkosi' }, total_contract_value: '10' });
  await dispatch();
}

async function read(module: string, recordId: string): Promise<void> {
  await markDirty(context.db, [{ connectionId: 'c1', module, recordId, reason: 'notification' }]);
  await sql`update webhooks.dirty set not_before = now()`.execute(context.db);
  const { logger, metrics } = parts;
  const clients = { clientOf: () => Promise.resolve(crm) };
  const options = { db: context.db, clients, owner: 'w', leaseMs: 60_000, mappings: [mapping], logger, metrics };
  expect(await new HydratorService(options).round()).toBe(true);
}

async function rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await query.execute(context.db)).rows;
}
const events = (): Promise<unknown[]> =>
  rows(sql`select event_type, aggregate_type, aggregate_id, partition_key, tenant_id, payload->>'field' as field
             from outbox.events where aggregate_type <> 'outcomes' order by created_at`);
const readings = async (): Promise<string[]> =>
  (await rows(sql<{ result: string }>`select result from webhooks.readings order by id`)).map(({ result }) => result);
const waiting = (): Promise<unknown[]> =>
  rows(sql`select record_key, fields, trigger from ledger.commands where state = 'ready' order by id`);
const conflicts = (): Promise<unknown[]> =>
  rows(sql`select record_key, kind, field, restored, changed_by, changed_at at time zone 'UTC' as at,
                  product_hash <> crm_hash as differ from webhooks.conflicts order by id`);

describe('what people do to records of a pack', () => {
  it('is folded with its event, its conflict and the write that puts it back, in one transaction', async () => {
    await aContract();
    crm.put(DEAL, { KYC_Status: 'Completed' });
    await read('Deals', DEAL);
    expect(await events()).toEqual([
      {
        event_type: 'crm.deal.conflict_recorded',
        aggregate_type: 'deals',
        aggregate_id: 'k1',
        partition_key: 'c9',
        tenant_id: 'telecom',
        field: 'KYC_Status',
      },
    ]);
    expect(await waiting()).toEqual([
      { record_key: 'Deals/CT-2026-001', fields: { KYC_Status: 'Not Started' }, trigger: [] },
    ]);
    expect(await conflicts()).toEqual([
      {
        record_key: 'Deals/CT-2026-001',
        kind: 'conflict',
        field: 'KYC_Status',
        restored: true,
        changed_by: '9',
        at: new Date('2026-03-02T08:00:00Z'),
        differ: true,
      },
    ]);
    const folds = await rows(sql`select source, sequence, event_type, verdict, commands, input->>'kind' as kind
                                   from relay.folds where source = 'crm'`);
    expect(folds).toEqual([
      { source: 'crm', sequence: '2', event_type: 'crm.edited', verdict: 'applied', commands: 1, kind: 'edited' },
    ]);
    expect(await rows(sql`select 1 from webhooks.dirty`)).toEqual([]);
    expect(await parts.metric('conflicts_total')).toEqual([
      expect.stringMatching(/kind="conflict".*restored="true".* 1$/),
    ]);
    await dispatch();
    await read('Deals', DEAL);
    expect(await readings()).toEqual(['edit', 'echo']);
    expect(await events()).toHaveLength(1);
  });

  it('says nothing while a command that writes the field is open', async () => {
    await aContract();
    await told('contract.terminated', 'k1', {});
    crm.put(DEAL, { Stage: 'Closed Won' });
    await read('Deals', DEAL);
    expect([await events(), await readings()]).toEqual([[], []]);
    expect(await rows(sql`select record_id from webhooks.dirty`)).toEqual([{ record_id: DEAL }]);
    // The product's write stands, whatever sales did meanwhile.
    await dispatch();
    await read('Deals', DEAL);
    expect([await events(), await readings()]).toEqual([[], ['echo']]);
  });

  it('of an open command that writes other fields it says something', async () => {
    await aContract();
    await told('contract.corrected', 'k1', { total_contract_value: '11' });
    crm.put(DEAL, { Stage: 'Qualification' });
    await read('Deals', DEAL);
    // Amount differs as well, by our own hand: the whole record is read again.
    expect(await readings()).toEqual([]);
    await dispatch();
    await read('Deals', DEAL);
    expect([await readings(), await events()]).toEqual([['edit'], []]);
  });

  it('a deleted record is told once', async () => {
    await aContract();
    crm.records.delete(DEAL);
    await read('Deals', DEAL);
    await read('Deals', DEAL);
    expect(await readings()).toEqual(['gone', 'gone']);
    expect(await events()).toMatchObject([{ event_type: 'crm.deal.deleted', aggregate_id: 'k1' }]);
  });

  it('a record that was merged lives on in the one that carries its identity, which is judged', async () => {
    await aContract();
    const survivor = { ...crm.records.get(DEAL), Amount: 99 };
    crm.records.delete(DEAL);
    crm.put('other', survivor);
    await read('Deals', DEAL);
    expect(await rows(sql`select record_id, generation from ledger.links where module = 'Deals'`)).toEqual([
      { record_id: 'other', generation: 2 },
    ]);
    expect(await events()).toMatchObject([{ event_type: 'crm.deal.conflict_recorded', field: 'Amount' }]);
  });

  it('rows of a quote are read with the single record, and lookups by our names', async () => {
    const lines = [{ product_code: 'P', product_name: 'P', quantity: 1, unit_price: '5' }];
    await told('quote.created', 'q1', { quote_number: 'QT-1', customer: {}, lines });
    await dispatch();
    const quote = 'id-Quotes/QT-1';
    const held = crm.records.get(quote)?.['Quoted_Items'] as JsonObject[];
    crm.put(quote, { Quoted_Items: held.map((row) => ({ ...row, id: '77', Net_Total: 5 })) });
    await read('Quotes', quote);
    expect([await readings(), crm.single]).toEqual([['echo'], [quote]]);
    crm.put(quote, { Quoted_Items: [] });
    await read('Quotes', quote);
    expect(await events()).toMatchObject([{ event_type: 'crm.quote.conflict_recorded', field: 'Quoted_Items' }]);
  });

  it('a record of ours that no pack wants to hear of is left alone', async () => {
    const lines = [{ product_code: 'P', product_name: 'P', quantity: 1, unit_price: '5' }];
    await told('quote.created', 'q1', { quote_number: 'QT-1', customer: {}, lines });
    await dispatch();
    crm.put('id-Products/P', { Product_Name: 'Else' });
    await read('Products', 'id-Products/P');
    expect([await readings(), await events()]).toEqual([[], []]);
  });
});
