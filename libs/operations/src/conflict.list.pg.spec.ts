import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { listConflicts } from './conflict.list.ts';

describe('conflicts for operators', () => {
  let context: IntegrationContext;
  beforeAll(async () => {
    context = await integrationDatabase('conflicts');
    await context.addConnection();
    const add = (record: string, [kind, field, restored]: readonly [string, string | null, boolean]) =>
      sql`
      insert into webhooks.conflicts (connection_id, module, record_id, record_key, kind, field, product_hash, crm_hash, restored,
                                      changed_by, changed_at, fold_id)
      values ('c1', 'Deals', '7', ${record}, ${kind}, ${field}, '\\x01', '\\x02', ${restored}, '9', now(), 'f')`.execute(
        context.db,
      );
    await add('Deals/1', ['conflict', 'Amount', true]);
    await add('Deals/1', ['conflict', 'Amount', false]);
    await add('Deals/2', ['conflict', 'Amount', false]);
    await add('Deals/2', ['conflict', 'Amount', true]);
    await add('Deals/3', ['refused', 'Stage', false]);
    await add('Deals/3', ['unrecognised', 'Stage', false]);
    await add('Deals/4', ['unrecognised', 'Stage', false]);
    await add('Contacts/5', ['deleted', null, false]);
  });
  afterAll(() => context[Symbol.asyncDispose]());

  it.each([
    [
      'all, newest first',
      {},
      ['Contacts/5', 'Deals/4', 'Deals/3', 'Deals/3', 'Deals/2', 'Deals/2', 'Deals/1', 'Deals/1'],
    ],
    ['of one kind', { kind: 'unrecognised' }, ['Deals/4', 'Deals/3']],
    ['contested: what stands now as somebody left it', { contested: true }, ['Deals/1']],
    ['a few', { limit: 1 }, ['Contacts/5']],
  ])('%s', async (_name, query, keys) => {
    expect((await listConflicts(context.db, query)).map(({ recordKey }) => recordKey)).toEqual(keys);
  });

  it('records that carry a name of ours and have no link are a kind of their own', async () => {
    await sql`
      insert into webhooks.unmatched (connection_id, module, record_id, record_key, field, first_seen_at)
      values ('c1', 'Deals', '8', 'Deals/CT-2026-008', 'Contract_Number', now() - interval '1 day'),
             ('c1', 'Deals', '9', 'Deals/CT-2026-009', 'Contract_Number', now())`.execute(context.db);
    const lines = await listConflicts(context.db, { kind: 'unmatched' });
    expect(lines.map(({ recordKey, recordId, field }) => [recordKey, recordId, field])).toEqual([
      ['Deals/CT-2026-009', '9', 'Contract_Number'],
      ['Deals/CT-2026-008', '8', 'Contract_Number'],
    ]);
    expect(await listConflicts(context.db, { kind: 'unmatched', contested: true })).toEqual([]);
    expect((await listConflicts(context.db)).some(({ kind }) => kind === 'unmatched')).toBe(false);
  });

  it('name values by their hashes alone', async () => {
    expect((await listConflicts(context.db)).at(-1)).toMatchObject({
      kind: 'conflict',
      field: 'Amount',
      restored: true,
      changedBy: '9',
      productHash: '01',
      crmHash: '02',
    });
  });
});
