import { sql } from 'kysely';
import { builtInPacks } from '#packs';
import { playCase, playCases, unmet } from '#cases';
import type { CaseStep } from '#mapping';
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

  it('a case may end the connection, and the next one has it again', async () => {
    const signsUp = (id: string): CaseStep => ({
      sql_row: {
        table: 'users',
        op: 'insert',
        row: { id, email: `${id}@example.test`, full_name: 'Some One', password_hash: 'x' },
      },
    });
    const lead = (id: string) => ({ module: 'Leads', match: { External_User_ID: id } });
    const ends: CaseStep = { disconnect: { destination: 'zoho-crm', data: 'keep' } };
    const results = await playCases(fixture, [
      {
        name: 'after the end nothing is written, and what was made stays',
        steps: [signsUp('end-1'), ends, signsUp('end-2')],
        expect: { records: [{ ...lead('end-1'), count: 1 }], absent: [lead('end-2')] },
      },
      { name: 'the next', steps: [signsUp('end-3')], expect: { records: [{ ...lead('end-3'), count: 1 }] } },
      {
        name: 'what a removal does not do',
        steps: [{ disconnect: { destination: 'zoho-crm', data: 'delete' } }],
        expect: {},
      },
      {
        name: 'nobody there',
        steps: [{ disconnect: { destination: 'zoho-crm', data: 'keep', tenant_id: 'nobody' } }],
        expect: {},
      },
    ]);
    expect(results.map(({ differs }) => differs)).toEqual([
      [],
      [],
      [expect.stringContaining('data has to be keep')],
      [expect.stringContaining('0 connections are to zoho-crm')],
    ]);
  });
});
