import { sql } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import { defineMapping, type Mapping } from '#mapping';
import { transaction } from '#postgres';
import { aRecord, anEvent, integrationDatabase, type IntegrationContext } from '#testing';
import { z } from 'zod';
import { foldSteps, type FoldReport } from './fold.engine.ts';
import { eventStep, type FoldStep } from './fold.step.ts';

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('connection_scope');
});
beforeEach(async () => {
  await context.clear();
});
afterAll(() => context[Symbol.asyncDispose]());

const settings = z.object({ says: z.string().default('') });

/** Keeps how often it was told, with a word of the connection's settings. */
const counts: Mapping = defineMapping({
  name: 'counts',
  product: 'agency',
  version: 1,
  destination: 'zoho-crm',
  scope: 'connection',
  settings,
  events: { 'contact.told': { 1: z.object({ word: z.string() }) } },
  initial: { times: 0, by: '' },
  fold: {
    'contact.told': ({ times }, { data }, tools) => {
      if (data.word === tools.settings.says) return tools.setAside('invalid_value', 'word');
      return { times: times + 1, by: tools.connectionId ?? '' };
    },
  },
  project: ({ times, by }) => [
    { module: 'Contacts', identity: { field: 'Agency_Contact_ID', value: '7' }, fields: { Times: times, By: by } },
  ],
  setup: {},
  scopes: [],
});

function told(tenantId: string, seed: { id?: string; word?: string } = {}): FoldStep {
  const { id = 'e1', word = 'a' } = seed;
  const event: CausewayEvent = anEvent({
    id: `${tenantId}-${id}`,
    source: '/agency',
    type: 'contact.told',
    subject: '7',
    key: `${tenantId}:7`,
    tenantId,
    data: { word },
  });
  return eventStep(event, { record: aRecord(event, { topic: 'agency.contact' }), entityType: 'contact' });
}

const take = (...steps: FoldStep[]): Promise<FoldReport> =>
  transaction(context.db, (trx) => foldSteps(trx, { mapping: counts, steps }));

async function lines(query: ReturnType<typeof sql<{ line: unknown }>>): Promise<unknown[]> {
  return (await query.execute(context.db)).rows.map(({ line }) => line);
}
const states = (): Promise<unknown[]> =>
  lines(sql`select jsonb_build_array(tenant_id, connection_id, state->'times') as line from relay.states order by 1`);
const commands = (): Promise<unknown[]> =>
  lines(sql`select jsonb_build_array(connection_id, fields->>'Times') as line from ledger.commands order by id`);
const rowsOf = async (table: string): Promise<JsonObject[]> =>
  (await sql<JsonObject>`select * from ${sql.table(table)}`.execute(context.db)).rows;

async function twoTenants(): Promise<void> {
  await context.addConnection({ id: 'a', tenantId: 't1', account: 'org-1' });
  await context.addConnection({ id: 'b', tenantId: 't1', account: 'org-2' });
  await context.addConnection({ id: 'c', tenantId: 't2' });
}

describe('states of connections', () => {
  it('folds each event once for each connection of its tenant, each with a state of its own', async () => {
    await twoTenants();
    const report = await take(told('t1'), told('t2'), told('t1', { id: 'e2' }));
    expect(report.folded).toHaveLength(5);
    expect(await states()).toEqual([
      ['t1', 'a', 2],
      ['t1', 'b', 2],
      ['t2', 'c', 1],
    ]);
    expect((await commands()).toSorted()).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
      ['b', '2'],
      ['c', '1'],
    ]);
    expect((await rowsOf('relay.folds')).map(({ connection_id: id }) => id)).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('drops an event that comes again, for each connection', async () => {
    await twoTenants();
    await take(told('t1'), told('t2'));
    expect(await take(told('t1'), told('t2'))).toEqual({ folded: [], setAside: [], repeated: 3 });
    expect(await commands()).toHaveLength(3);
  });

  it('a tenant without a connection: consumed, nothing is stored, nothing fails', async () => {
    await twoTenants();
    expect(await take(told('t3'))).toEqual({ folded: [], setAside: [], repeated: 0 });
    for (const table of ['relay.states', 'relay.folds', 'relay.set_aside', 'ledger.commands', 'inbox.processed']) {
      expect(await rowsOf(table)).toEqual([]);
    }
  });

  it('does not fold for a connection that was ended', async () => {
    await context.addConnection({ id: 'a', tenantId: 't1', state: 'disconnected' });
    await take(told('t1'));
    expect(await states()).toEqual([]);
    expect(await rowsOf('inbox.processed')).toEqual([]);
  });

  it('a connection that is made later knows nothing of the past', async () => {
    await context.addConnection({ id: 'a', tenantId: 't1', account: 'org-1' });
    await take(told('t1'));
    await context.addConnection({ id: 'b', tenantId: 't1', account: 'org-2' });
    await take(told('t1', { id: 'e2' }));
    expect(await states()).toEqual([
      ['t1', 'a', 2],
      ['t1', 'b', 1],
    ]);
  });

  it('sets an event aside for the connection that cannot use it, and a redrive folds it for that one alone', async () => {
    await context.addConnection({ id: 'a', tenantId: 't1', account: 'org-1', settings: { says: 'no' } });
    await context.addConnection({ id: 'b', tenantId: 't1', account: 'org-2' });
    const { setAside } = await take(told('t1', { word: 'no' }));
    expect(setAside.map(({ step }) => step.connectionId)).toEqual(['a']);
    expect(await states()).toEqual([
      ['t1', 'a', null],
      ['t1', 'b', 1],
    ]);
    expect(await rowsOf('relay.set_aside')).toHaveLength(1);

    await sql`update connections.connections set settings = '{}'`.execute(context.db);
    await take({ ...told('t1', { word: 'no' }), admitted: true });
    expect(await states()).toEqual([
      ['t1', 'a', 1],
      ['t1', 'b', 1],
    ]);
  });

  it('sets an event aside once that no connection of the tenant can use', async () => {
    await twoTenants();
    await sql`update connections.connections set settings = '{"says": "no"}'`.execute(context.db);
    expect((await take(told('t1', { word: 'no' }))).setAside).toHaveLength(2);
    expect(await rowsOf('relay.set_aside')).toHaveLength(1);
  });

  it('folds what was seen in one CRM for that connection', async () => {
    await twoTenants();
    await take({ ...told('t1'), connectionId: 'b' });
    expect(await states()).toEqual([['t1', 'b', 1]]);
  });

  it('two processes at the same moment fold once', async () => {
    await twoTenants();
    await Promise.all([take(told('t1')), take(told('t1')), take(told('t1'))]);
    expect(await states()).toEqual([
      ['t1', 'a', 1],
      ['t1', 'b', 1],
    ]);
  });
});
