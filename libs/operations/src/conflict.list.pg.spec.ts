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
