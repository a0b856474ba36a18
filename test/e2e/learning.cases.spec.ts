import { sql } from 'kysely';
import { builtInPacks } from '#packs';
import { playCase, unmet } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';

/** What the cases expect of mails is left out by the pack: libs/packs/src/learning/cases.spec.ts lists it. */
describe('worked cases of learning, from the outbox to the CRM', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start({ pack: 'learning', product: 'learning', watch: {} });
  });
  afterAll(() => fixture.stop());

  const cases = builtInPacks['learning']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(8);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked)).toEqual([]);
  });

  it('every event of every case delivered twice changes nothing', async () => {
    const count = async (): Promise<number[]> =>
      Promise.all(['Contacts', 'Tasks'].map(async (module) => (await fixture.simulator.records(module)).length));
    const before = await count();
    for (const worked of cases) {
      await playCase(fixture, { ...worked, steps: worked.steps.map((step) => ({ ...step, no_wait: true })) });
    }
    for (const worked of cases) expect(await unmet(fixture, worked)).toEqual([]);
    expect(await count()).toEqual(before);
  });

  it('the nightly roll-up has a lane of its own and starts no automation', async () => {
    const { rows } = await sql<{ lane: string; trigger: string[] }>`
      select distinct c.lane, c.trigger from ledger.commands c where c.event_id = '0195a000-0000-7000-8000-000000010703'`.execute(
      fixture.integration,
    );
    expect(rows).toEqual([{ lane: 'reconcile', trigger: [] }]);
  });
});
