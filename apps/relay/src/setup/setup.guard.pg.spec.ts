import { sql } from 'kysely';
import { CausewayError } from '#contracts';
import type { Mapping } from '#mapping';
import { capturedLogger, integrationDatabase, until, type CapturedLogger, type IntegrationContext } from '#testing';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';
import { signupLead } from '../../test/signup.pack.ts';
import { SetUpGuard, type SetUpGuardOptions } from './setup.guard.ts';

let context: IntegrationContext;
let captured: CapturedLogger;
let clients: Record<string, () => FakeCrm>;
let cleared: number;
let guard: SetUpGuard | undefined;

beforeAll(async () => {
  context = await integrationDatabase('guard');
});
beforeEach(async () => {
  await context.clear();
  captured = capturedLogger();
  cleared = 0;
  clients = { c1: () => new FakeCrm() };
});
afterEach(() => guard?.stop());
afterAll(() => context[Symbol.asyncDispose]());

async function start(seed: Partial<SetUpGuardOptions> = {}): Promise<SetUpGuard> {
  guard = new SetUpGuard({
    db: context.db,
    clients: { clientOf: async (id) => clients[id]?.() ?? Promise.reject(new CausewayError('CONNECTION_MISSING')) },
    mappings: [signupLead],
    logger: captured.logger,
    onCleared: () => void (cleared += 1),
    againMs: 5,
    ...seed,
  });
  await guard.start();
  return guard;
}

const state = async (id = 'c1'): Promise<unknown> =>
  (
    await sql<{ state: unknown }>`
    select jsonb_build_array(state, state_code, state_reason) as state from connections.connections where id = ${id}`.execute(
      context.db,
    )
  ).rows[0]?.state;
const errors = (): unknown[] => captured.lines.filter(({ level }) => level === 'error');

describe('SetUpGuard', () => {
  it('clears a connection whose CRM has the fields, and says so once', async () => {
    await context.addConnection();
    const found = await start();
    expect(found.cleared).toEqual(['c1']);
    await context.addConnection({ id: 'c2', tenantId: 'late' });
    clients['c2'] = () => new FakeCrm();
    await until(() => found.cleared.length === 2);
    expect(cleared).toBe(2);
    expect(await state()).toEqual(['active', null, null]);
  });

  it('stops a connection whose CRM lacks a field, names it, and clears it when the field is there', async () => {
    await context.addConnection();
    clients['c1'] = () => new FakeCrm({ Leads: ['Last_Name'] });
    const found = await start();
    expect(found.cleared).toEqual([]);
    expect(await state()).toEqual(['action_needed', 'CRM_SETUP_WRONG', 'Leads.External_User_ID: missing']);
    expect(errors()).toEqual([expect.objectContaining({ connection: 'c1', code: 'CRM_SETUP_WRONG' })]);
    clients['c1'] = () => new FakeCrm();
    await until(() => found.cleared.length === 1);
    expect(await state()).toEqual(['active', null, null]);
  });

  it('stops a connection whose CRM lacks a pipeline before the first write, and clears it when it is there', async () => {
    await context.addConnection();
    const pipelines = [{ name: 'Own', stages: [{ name: 'Trial', kind: 'open' }] }] as const;
    const found = await start({ mappings: [{ ...signupLead, pipelines }] });
    expect(found.cleared).toEqual([]);
    expect(await state()).toEqual(['action_needed', 'CRM_SETUP_WRONG', 'Deals.Pipeline Own: pipeline_missing']);
    clients['c1'] = () => {
      const crm = new FakeCrm();
      crm.stages.set('Own', ['Trial']);
      return crm;
    };
    await until(() => found.cleared.length === 1);
    expect(await state()).toEqual(['active', null, null]);
  });

  it('tells the same trouble once', async () => {
    await context.addConnection();
    let looks = 0;
    clients['c1'] = () => {
      looks += 1;
      return new FakeCrm({ Leads: [] });
    };
    await start();
    await until(() => looks > 3);
    expect(errors()).toHaveLength(1);
  });

  it('looks again while the CRM does not answer', async () => {
    await context.addConnection();
    const crm = new FakeCrm();
    crm.fail('fields', { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' });
    clients['c1'] = () => crm;
    const found = await start();
    expect(found.cleared).toEqual([]);
    expect(await state()).toEqual(['active', null, null]);
    await until(() => found.cleared.length === 1);
  });

  it.each(['disconnected', 'action_needed'] as const)('does not look at a connection that is %s', async (given) => {
    await context.addConnection({ state: given });
    const found = await start();
    await until(() => true);
    expect(found.cleared).toEqual([]);
    expect(errors()).toEqual([]);
  });

  it('lets a paused connection alone, with every call of it, and looks at it when it goes on', async () => {
    await context.addConnection({ state: 'paused' });
    const found = await start();
    expect(found.cleared).toEqual([]);
    await sql`update connections.connections set state = 'active'`.execute(context.db);
    await until(() => found.cleared.length === 1);
  });

  it('asks for the fields of its own destination only', async () => {
    await context.addConnection();
    const other = { ...signupLead, destination: 'zendesk', setup: { Tickets: [{ apiName: 'X', type: 'text' }] } };
    expect((await start({ mappings: [signupLead, other as unknown as Mapping] })).cleared).toEqual(['c1']);
  });

  it('regression: one connection whose client cannot be made does not keep others from being looked at', async () => {
    await context.addConnection();
    await context.addConnection({ id: 'c2', tenantId: 'other' });
    clients = {
      c1: () => {
        throw new CausewayError('SECRET_UNREADABLE');
      },
      c2: () => new FakeCrm(),
    };
    expect((await start()).cleared).toEqual(['c2']);
    expect(errors()).toEqual([expect.objectContaining({ connection: 'c1', code: 'SECRET_UNREADABLE' })]);
  });

  it('regression: stops a connection whose grant is refused, until a person has acted', async () => {
    await context.addConnection();
    const crm = new FakeCrm();
    crm.fail('fields', refusal('invalid_code', { concerns: 'connection', code: 'CRM_GRANT_REVOKED' }));
    clients['c1'] = () => crm;
    const found = await start();
    expect(await state()).toEqual(['action_needed', 'CRM_GRANT_REVOKED', 'invalid_code']);
    await sql`update connections.connections set state = 'active', state_code = null`.execute(context.db);
    await until(() => found.cleared.length === 1);
  });

  it('outlives a lost database', async () => {
    await context.addConnection();
    await sql`alter table connections.connections rename to away`.execute(context.db);
    const found = await start();
    expect(errors()).toEqual([expect.objectContaining({ code: '42P01' })]);
    await sql`alter table connections.away rename to connections`.execute(context.db);
    await until(() => found.cleared.length === 1);
  });
});
