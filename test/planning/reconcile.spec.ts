import { sql } from 'kysely';
import type { JsonObject } from '#contracts';
import { defineMapping, type Mapping, type Returns } from '#mapping';
import { reconcile, type ReconcileReport } from '#planning';
import { anEvent, integrationDatabase, type IntegrationContext } from '#testing';
import { z } from 'zod';
import { IDENTITY } from '../zoho/zoho.context.ts';
import { PlanningScene } from './planning.scene.ts';

interface State {
  readonly user: string;
  readonly name: string;
  readonly email: string;
}

const initial: State = { user: '', name: '', email: '' };
const returns: Returns<State, unknown> = {
  modules: {
    Leads: {
      identity: IDENTITY,
      reads: [IDENTITY, 'Last_Name', 'Email', 'Company'],
      about: ({ user }) => ({ subject: user, ids: {} }),
      tells: {},
    },
  },
  restoreLimit: () => 0,
  events: {},
};

/** People who are Leads. With a way back, an edit in the CRM is for the product to hear. */
function people(hasReturns = false): Mapping {
  const data = { name: z.string(), email: z.string() };
  return defineMapping({
    name: 'people',
    product: 'portal',
    version: 1,
    destination: 'zoho-crm',
    topics: ['user'],
    events: { 'user.told': { 1: z.object(data) } },
    initial,
    fold: { 'user.told': (_state, { subject, data: told }) => ({ user: subject, ...told }) },
    project: ({ user, name, email }) => [
      {
        module: 'Leads',
        identity: { field: IDENTITY, value: user },
        fields: { Last_Name: name, Email: email, Company: 'C' },
      },
    ],
    setup: {},
    scopes: [],
    ...(hasReturns ? { returns } : {}),
  });
}

const operator = { by: 'cron', reason: 'nightly' };
let database: IntegrationContext;
let scene: PlanningScene;
beforeAll(async () => {
  database = await integrationDatabase('reconcile');
});
beforeEach(async () => {
  scene = await PlanningScene.start(database);
});
afterEach(() => scene[Symbol.asyncDispose]());
afterAll(() => database[Symbol.asyncDispose]());

async function told(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, at) =>
    anEvent({
      id: `e${at}`,
      type: 'user.told',
      subject: `u${at}`,
      data: { name: `Name ${at}`, email: `u${at}@example.com` },
    }),
  );
  await scene.take(people(), events);
}

const run = (mapping = people(), repair = true): Promise<ReconcileReport> =>
  reconcile(scene.sources, { mapping, selection: {}, operator, repair });
const edit = (user: string, fields: JsonObject): Promise<unknown> =>
  scene.crm.act('edit', { module: 'Leads', match: { [IDENTITY]: user }, fields });

it('finds what is missing, different, gone, unknown and probably there twice, and puts right what it may', async () => {
  await told(30);
  await edit('u1', { Last_Name: 'By hand' });
  await scene.crm.act('delete', { module: 'Leads', match: { [IDENTITY]: 'u2' } });
  await scene.crm.act('delete', { module: 'Leads', match: { [IDENTITY]: 'u3' } });
  await sql`delete from ledger.links where record_key = 'Leads/u3'`.execute(database.db);
  await edit('u4', { Email: 'other@example.com' });
  await sql`update ledger.echoes set sent_by = null where record_key = 'Leads/u4'`.execute(database.db);
  await sql`update ledger.commands set state = 'parked', code = 'CRM_INVALID' where record_key = 'Leads/u5'`.execute(
    database.db,
  );
  await scene.crm.act('create', { module: 'Leads', fields: { Last_Name: 'X', Company: 'C', [IDENTITY]: 'nobody' } });
  await scene.crm.act('create', { module: 'Leads', fields: { Last_Name: 'Y', Company: 'C', Email: 'u7@example.com' } });
  const report = await run();
  expect(report).toMatchObject({
    scope: 'all',
    compared: 30,
    equal: 25,
    busy: 0,
    missing: 1,
    different: 3,
    deletedByPerson: 1,
    unknownUser: 1,
    probableDuplicates: 1,
    share: 0.133,
    byCause: { never_sent: 1, edited_by_person: 1, unexplained: 1, rejected: 1 },
    action: 'repaired',
    repaired: 3,
  });
  expect(report.examples).toContainEqual(
    expect.objectContaining({ key: 'u1', finding: 'different', field: 'Last_Name', crm: 'By hand', product: 'Name 1' }),
  );
  expect(report.examples).toContainEqual(expect.objectContaining({ key: 'u7', finding: 'probable_duplicate' }));
  await scene.settle();
  const leads = await scene.leads(IDENTITY);
  expect([leads.get('u1')?.['Last_Name'], leads.get('u4')?.['Email'], leads.has('u3')]).toEqual([
    'Name 1',
    'u4@example.com',
    true,
  ]);
  const { rows } = await sql`select distinct lane, trigger from ledger.commands where lane <> 'live'`.execute(
    database.db,
  );
  expect(rows).toEqual([{ lane: 'reconcile', trigger: [] }]);
  expect(await run()).toMatchObject({ missing: 0, different: 1, byCause: { rejected: 1 } });
});

it('much at once waits for a person, as a plan; an edit where there is a way back is read again by force', async () => {
  await told(30);
  for (let at = 0; at < 11; at += 1) await edit(`u${at}`, { Company: 'By hand' });
  expect(await run()).toMatchObject({ different: 11, action: 'waiting_for_approval', repaired: 0, plan: '1' });
  expect((await sql`select 1 from ledger.commands where lane = 'reconcile'`.execute(database.db)).rows).toEqual([]);
  for (let at = 2; at < 11; at += 1) await edit(`u${at}`, { Company: 'C' });
  expect(await run(people(true), false)).toMatchObject({ different: 2, action: 'waiting_for_approval', plan: null });
  expect(await run(people(true))).toMatchObject({ different: 2, action: 'repaired', repaired: 2, plan: null });
  const { rows } = await sql`select distinct reason, module from webhooks.dirty`.execute(database.db);
  expect(rows).toEqual([{ reason: 'forced', module: 'Leads' }]);
});
