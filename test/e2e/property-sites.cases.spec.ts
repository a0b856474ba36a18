import { builtInPacks } from '#packs';
import { playCase, unmet } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';

describe('worked cases of property-sites, from the outbox to the CRM', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start({ pack: 'property-sites', product: 'sites' });
  });
  afterAll(() => fixture.stop());

  const cases = builtInPacks['property-sites']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(8);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked)).toEqual([]);
  });

  it('every event of every case delivered twice changes nothing', async () => {
    const before = await fixture.simulator.records('Leads');
    for (const worked of cases) {
      await playCase(fixture, { ...worked, steps: worked.steps.map((step) => ({ ...step, no_wait: true })) });
    }
    for (const worked of cases) expect(await unmet(fixture, worked)).toEqual([]);
    expect(await fixture.simulator.records('Leads')).toHaveLength(before.length);
  });
});
