import { builtInPacks } from '#packs';
import { momentOf, playCase, unmet } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';
import { expectToldAsDocumented } from '../support/told.expectation.ts';

describe('worked cases of telecom-contracts, from the outbox to the CRM and back', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start({ pack: 'telecom-contracts', product: 'telecom', watch: {} });
  });
  afterAll(() => fixture.stop());

  const cases = builtInPacks['telecom-contracts']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(8);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    const since = await momentOf(fixture.integration);
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked, { since })).toEqual([]);
  });

  it('every event of every case delivered once more changes nothing', async () => {
    const since = await momentOf(fixture.integration);
    for (const worked of cases) {
      const events = worked.steps.filter((step) => 'event' in step).map((step) => ({ ...step, no_wait: true }));
      await playCase(fixture, { ...worked, steps: events });
    }
    for (const worked of cases) {
      const { product_events: _told, ...others } = worked.expect;
      expect(await unmet(fixture, { ...worked, expect: { ...others, product_events: [] } }, { since })).toEqual([]);
    }
  });

  it('Kafka has each event that was told once, as the document of them says', async () => {
    await expectToldAsDocumented(fixture);
  });
});
