import { sql } from 'kysely';
import { builtInPacks } from '#packs';
import { playCase, unmet } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';

describe('worked cases of signup-lead, from the product table to the CRM', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start();
  });
  afterAll(() => fixture.stop());

  const cases = builtInPacks['signup-lead']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(6);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked)).toEqual([]);
  });

  it('every event of every case delivered twice changes nothing', async () => {
    const before = await fixture.simulator.records('Leads');
    // What the capture wrote, once more with the same ids and in the same order: the same records for the relay.
    const { numAffectedRows } = await sql`
      insert into outbox.events (id, aggregate_type, aggregate_id, event_type, event_version, partition_key, tenant_id,
                                 payload, headers, occurred_at)
      select id, aggregate_type, aggregate_id, event_type, event_version, partition_key, tenant_id, payload, headers, occurred_at
        from outbox.events order by created_at, id`.execute(fixture.product);
    expect(Number(numAffectedRows)).toBeGreaterThan(cases.length);
    await fixture.quiet();
    for (const worked of cases) expect(await unmet(fixture, worked)).toEqual([]);
    expect(await fixture.simulator.records('Leads')).toEqual(before);
  });
});
