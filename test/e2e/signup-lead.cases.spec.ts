import { builtInPacks } from '#packs';
import { playCase, unmet } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';

describe('worked cases of signup-lead, from the product table to the CRM', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start();
  }, 120_000);
  afterAll(() => fixture.stop(), 60_000);

  const cases = builtInPacks['signup-lead']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(6);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked)).toEqual([]);
  });
});
