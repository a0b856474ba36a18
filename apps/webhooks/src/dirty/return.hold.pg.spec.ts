import { sql } from 'kysely';
import { putLinks } from '#ledger';
import { notificationsUnderWay, pauseReturn, readReturnHolds, resumeReturn, type ReturnScope } from '#operations';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { claimDirty, isDirty, markDirty } from './dirty.store.ts';

let context: IntegrationContext;
const OPERATOR = { by: 'olga', reason: 'people tidy up' };
const ALL: ReturnScope = { connectionId: 'c1', module: null, entityType: null, entityId: null };

beforeAll(async () => {
  context = await integrationDatabase('returnholds');
});
beforeEach(async () => {
  await context.clear();
  await sql`truncate webhooks.holds, webhooks.turns`.execute(context.db);
  await context.addConnection({ id: 'c1', tenantId: 't1' });
  await context.addConnection({ id: 'c2', tenantId: 't2' });
  await putLinks(
    context.db,
    ['1', '2'].map((recordId) => ({
      connectionId: 'c1',
      product: 'telecom',
      entityType: 'contract',
      entityId: `k${recordId}`,
      module: 'Deals',
      recordKey: `Deals/CT-${recordId}`,
      recordId,
    })),
  );
  await markDirty(
    context.db,
    [
      ['c1', 'Deals', '1'],
      ['c1', 'Deals', '2'],
      ['c1', 'Quotes', '3'],
      ['c2', 'Deals', '1'],
    ].map(([connectionId = '', module = '', recordId = '']) => {
      return { connectionId, module, recordId, reason: 'notification' as const };
    }),
  );
});
afterAll(() => context[Symbol.asyncDispose]());

/** All that can be read now, as `<connection>/<module>/<record>`. */
async function readable(): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const batch = await claimDirty(context.db, { owner: 'w', leaseMs: 60_000, limit: 100 });
    if (batch === null) break;
    found.push(...batch.records.map(({ recordId }) => `${batch.connectionId}/${batch.module}/${recordId}`));
  }
  expect(await isDirty(context.db)).toBe(false);
  await sql`update webhooks.dirty set lease_owner = null, lease_until = null`.execute(context.db);
  return found.sort();
}

const EVERYTHING = ['c1/Deals/1', 'c1/Deals/2', 'c1/Quotes/3', 'c2/Deals/1'];

it.each<[string, ReturnScope, string[]]>([
  ['a connection', ALL, ['c2/Deals/1']],
  ['a module', { ...ALL, module: 'Deals' }, ['c1/Quotes/3', 'c2/Deals/1']],
  [
    'an entity of the product',
    { ...ALL, entityType: 'contract', entityId: 'k1' },
    ['c1/Deals/2', 'c1/Quotes/3', 'c2/Deals/1'],
  ],
  [
    'an entity in a module that it is not in',
    { ...ALL, module: 'Quotes', entityType: 'contract', entityId: 'k1' },
    EVERYTHING,
  ],
])('the way in of %s is held, and nothing else; what waited is read when it goes on', async (_what, scope, left) => {
  expect(await pauseReturn(context.db, scope, OPERATOR)).toBe(true);
  expect(await readable()).toEqual(left);
  const held = EVERYTHING.length - left.length;
  expect(await readReturnHolds(context.db)).toMatchObject([{ ...scope, ...OPERATOR, records: held }]);
  // What waits for a person is not under way.
  expect(await notificationsUnderWay(context.db)).toContainEqual({
    what: 'records to be read again',
    count: left.length,
  });
  expect(await resumeReturn(context.db, scope, OPERATOR)).toBe(true);
  expect(await readable()).toEqual(EVERYTHING);
  const { rows } = await sql`
    select verb, by_whom, reason, connection_id, details from ledger.audit order by id`.execute(context.db);
  const { connectionId, ...details } = scope;
  const audited = { by_whom: 'olga', reason: 'people tidy up', connection_id: connectionId, details };
  expect(rows).toEqual([
    { verb: 'pause in', ...audited },
    { verb: 'resume in', ...audited },
  ]);
});

it('the same is held once, and a connection that is not there not at all', async () => {
  expect(await pauseReturn(context.db, ALL, OPERATOR)).toBe(true);
  expect(await pauseReturn(context.db, ALL, OPERATOR)).toBe(false);
  expect(await pauseReturn(context.db, { ...ALL, connectionId: 'nobody' }, OPERATOR)).toBe(false);
  expect(await resumeReturn(context.db, { ...ALL, module: 'Deals' }, OPERATOR)).toBe(false);
  expect(await resumeReturn(context.db, ALL, OPERATOR)).toBe(true);
  expect(await resumeReturn(context.db, ALL, OPERATOR)).toBe(false);
});

it('what is marked while it is held waits too', async () => {
  await pauseReturn(context.db, ALL, OPERATOR);
  await markDirty(context.db, [{ connectionId: 'c1', module: 'Deals', recordId: '9', reason: 'forced' }]);
  expect(await readable()).toEqual(['c2/Deals/1']);
  await resumeReturn(context.db, ALL, OPERATOR);
  expect(await readable()).toEqual([...EVERYTHING, 'c1/Deals/9'].sort());
});
