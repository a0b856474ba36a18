import { transaction } from '#postgres';
import { eventStep, foldSteps } from '#folding';
import { loadPack } from '#packs';
import { aRecord, anEvent, integrationDatabase, type IntegrationContext } from '#testing';
import { causeway, type CliResult } from '../support/cli.process.ts';

let context: IntegrationContext;

/** Three events of a tenant whose connection is not there yet, as the mapper keeps them. */
beforeAll(async () => {
  context = await integrationDatabase('set_aside_verbs');
  const { mapping } = await loadPack('signup-lead');
  const steps = ['1', '2', '3'].map((id, index) => {
    const event = anEvent({ id: `e${id}`, subject: id, data: { id, email: `u${id}@example.test`, full_name: 'Ana' } });
    return eventStep(event, { record: aRecord(event, { offset: String(index) }), entityType: 'user' });
  });
  await transaction(context.db, (trx) => foldSteps(trx, { mapping, steps }));
});
afterAll(() => context[Symbol.asyncDispose]());

const verb = (...args: string[]): Promise<CliResult> =>
  causeway(['set-aside', ...args], { CAUSEWAY_INTEGRATION_URL: context.url, CAUSEWAY_PACKS: 'signup-lead' });
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

describe('causeway set-aside', () => {
  it('list and show name what waits, and payloads only when asked', async () => {
    const listed = json(await verb('list', '--code', 'CONNECTION_MISSING', '--json')) as { id: string }[];
    expect(listed).toHaveLength(3);
    const id = listed[0]?.id ?? '';
    const shown = await verb('show', id);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('ce_type: user.created');
    expect(shown.stdout).not.toContain('example.test');
    expect((await verb('show', id, '--payload')).stdout).toContain('u1@example.test');
    expect(json(await verb('show', id, '--json'))).not.toHaveProperty('payload');
  });

  it.each([
    [['redrive'], 2],
    [['redrive', 'seven', '--yes'], 2],
    [['show', '99999'], 1],
  ])('%j ends with %d', async (args, code) => {
    expect((await verb(...args)).code).toBe(code);
  });

  it('redrive says what it would do, does it with --yes, and what fails again stays', async () => {
    const plan = await verb('redrive', '--all');
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain('will fold 3 of portal.user again, set aside for CONNECTION_MISSING');
    const failed = await verb('redrive', '--all', '--yes', '--json');
    expect([failed.code, json(failed)]).toEqual([1, { done: true, folded: 0, repeated: 0, failed: 3, unread: 0 }]);
    await context.addConnection();
    const done = await verb('redrive', '--all', '--yes', '--json');
    expect([done.code, json(done)]).toEqual([0, { done: true, folded: 3, repeated: 0, failed: 0, unread: 0 }]);
    expect((await verb('list')).stdout).toBe('nothing is set aside\n');
    const { rows } = await context.pool.query('select count(*)::integer as count from ledger.commands');
    expect(rows).toEqual([{ count: 3 }]);
  });
});
