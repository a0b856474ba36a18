import { integrationDatabase, type IntegrationContext } from '#testing';
import { costOf, type StatementCost } from '../../../ledger/test/statement.cost.ts';
import { addLives, COMMANDS_OF_A_LIFE } from '../../test/lifeline.history.ts';
import { findEntities } from './entity.find.ts';
import { readTimeline } from './timeline.service.ts';

/** So many entities that Postgres has a reason to use an index; what is compared with. */
const SOME = 2500;
const MANY = 20_000;
/** Changes of one entity that is busier than the others. */
const BUSY = 400;

const mappings = [{ name: 'signup-lead', product: 'portal' }];
const LARGE = ['commands', 'attempts', 'folds', 'states', 'links', 'readings', 'events', 'audit', 'conflicts'];

let context: IntegrationContext;

async function costs(): Promise<Record<'byEntity' | 'byRecord' | 'life' | 'busy', StatementCost>> {
  const lineOf = (entityId: string): Promise<StatementCost> =>
    costOf(context.pool, (db) => readTimeline(db, { product: 'portal', tenantId: 'portal', entityId, mappings }));
  const find = (first: string, second: string): Promise<StatementCost> =>
    costOf(context.pool, (db) => findEntities(db, { first, second, mappings }));
  // Once to warm up: the first one also reads what Postgres remembers of tables and operators.
  await lineOf('h2');
  await find('portal', 'h2');
  return {
    byEntity: await find('portal', 'h1000'),
    byRecord: await find('Leads', 'r-h1000'),
    life: await lineOf('h1000'),
    busy: await lineOf('busy1'),
  };
}

describe(`${MANY * COMMANDS_OF_A_LIFE} commands of others`, () => {
  let young: Awaited<ReturnType<typeof costs>>;
  let old: Awaited<ReturnType<typeof costs>>;

  beforeAll(async () => {
    context = await integrationDatabase('lifeline_cost');
    await context.addConnection();
    await addLives(context.db, { prefix: 'busy', entities: 1, folds: BUSY });
    await addLives(context.db, { prefix: 'h', entities: SOME });
    young = await costs();
    await addLives(context.db, { prefix: 'x', entities: MANY - SOME });
    old = await costs();
  });
  afterAll(() => context[Symbol.asyncDispose]());

  it.each(['byEntity', 'byRecord', 'life'] as const)('cost a lifeline nothing (%s)', (name) => {
    expect(old[name].scanned.filter((table) => LARGE.includes(table))).toEqual([]);
    // An index that is a level higher is one page more each time that it is asked.
    expect(old[name].buffers).toBeLessThanOrEqual(young[name].buffers * 1.25 + 40);
  });

  it('are not read for one that is busy: it costs what it has lived through', () => {
    expect(old.busy.scanned.filter((table) => LARGE.includes(table))).toEqual([]);
    expect(old.busy.buffers).toBeLessThanOrEqual(young.busy.buffers * 1.5 + 100);
  });
});
