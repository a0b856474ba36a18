import { sql } from 'kysely';
import type { JsonObject } from '#contracts';
import { caseOfConnections, type WorkedCase } from '#mapping';
import { builtInPacks, type Pack } from '#packs';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.ts';
import { connectTenant } from '../support/case.connections.ts';
import { momentOf, playCase, unmet } from '#cases';
import { SimulatorClient } from '#cases';
import { SystemFixture } from '../support/system.fixture.ts';
import { expectToldAsDocumented } from '../support/told.expectation.ts';
import { until } from '../support/until.ts';

/**
 * The Zoho part of the pack: each tenant has a CRM of its own. What the cases expect of Zendesk and of signed webhooks is left out, and so is the
 * case that is about Zendesk alone: those destinations do not exist yet.
 */
describe('worked cases of inquiries, from the outbox to the CRMs of two tenants', () => {
  const pack: Pack = builtIn('inquiries');
  let fixture: SystemFixture;
  let other: Simulator;
  /** t1 has the system's own CRM, t3 another organisation. */
  let crms: Record<string, SimulatorClient>;

  beforeAll(async () => {
    fixture = await SystemFixture.start({ pack: pack.name, product: pack.product, watch: {} });
    other = await startSimulator();
    crms = { t1: fixture.simulator, t3: new SimulatorClient(other.url) };
    await connect('t1', {});
    await connect('t3', {});
  });
  afterAll(async () => {
    await fixture.stop();
    await other.close();
  });

  function connect(tenantId: string, settings: JsonObject): Promise<void> {
    const crm = tenantId === 't3' ? other : fixture.system.details.simulator;
    const wanted = { ...pack.caseSettings, ...settings };
    return connectTenant(fixture, pack.mapping, { id: `c-${tenantId}`, tenantId, crm, settings: wanted });
  }

  /** Expectations of each connection to Zoho, judged in its tenant's CRM. */
  async function unmetOf(worked: WorkedCase, since: string): Promise<string[]> {
    const found: string[] = [];
    for (const { tenantId, workedCase } of caseOfConnections(pack.mapping, worked, pack.caseSettings)) {
      const simulator = crms[tenantId];
      if (simulator === undefined) throw new Error(`tenant ${tenantId} has no CRM`);
      found.push(...(await unmet({ simulator, integration: fixture.integration }, workedCase, { since })));
    }
    return found;
  }

  const cases = pack.cases.map((worked) => {
    const ofZoho = (worked.connections ?? []).filter(({ destination }) => destination === 'zoho-crm');
    return { name: worked.name, worked, ofZoho };
  });

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(6);
  });

  it.each(cases.filter(({ ofZoho }) => ofZoho.length > 0))('$name', async ({ worked, ofZoho }) => {
    for (const { tenant_id: tenant = pack.product, settings = {} } of ofZoho) await connect(tenant, settings);
    const since = await momentOf(fixture.integration);
    await playCase(fixture, worked);
    expect(await unmetOf(worked, since)).toEqual([]);
  });

  it('leaves out what has no connection to Zoho CRM: there is no destination zendesk yet', () => {
    expect(cases.filter(({ ofZoho }) => ofZoho.length === 0).map(({ name }) => name)).toEqual([
      "an agent puts the ticket on hold: one event, and the product's answer does not undo it",
    ]);
  });

  it('every event of every case delivered once more changes nothing', async () => {
    const since = await momentOf(fixture.integration);
    const played = cases.filter(({ ofZoho }) => ofZoho.length > 0);
    for (const { worked } of played) {
      await playCase(fixture, { ...worked, steps: worked.steps.map((step) => ({ ...step, no_wait: true })) });
    }
    for (const { worked } of played) expect(await unmetOf(worked, since)).toEqual([]);
  });

  it('leaves nothing of a tenant without a connection', async () => {
    for (const table of ['relay.folds', 'relay.states', 'relay.set_aside']) {
      const { rows } = await sql`select 1 from ${sql.table(table)} where tenant_id = 't2'`.execute(fixture.integration);
      expect(rows).toEqual([]);
    }
  });

  describe('two tenants with the same ids', () => {
    const emit = async (tenant: string, values: JsonObject, origin?: string): Promise<void> => {
      const payload = {
        id: '77',
        site: `${tenant}-homes`,
        first_name: 'Ana',
        last_name: tenant.toUpperCase(),
        primary_email: 'same@example.test',
        primary_phone_number: null,
        other_phone_number: null,
        address: null,
        created_at: '2026-03-01T10:00:00Z',
        ...values,
      };
      const headers = origin === undefined ? null : JSON.stringify({ origin, origin_fields: 'first_name' });
      await sql`
        select outbox.emit('contact', '77', 'contact.updated', ${JSON.stringify(payload)}::jsonb, tenant_id => ${tenant},
                           partition_key => ${`${tenant}:77`}, headers => ${headers}::jsonb)`.execute(fixture.product);
    };
    const heldBy = async (tenant: string): Promise<unknown[]> =>
      ((await crms[tenant]?.records('Contacts')) ?? [])
        .filter(({ Agency_Contact_ID: id }) => String(id).endsWith(':77'))
        .map(({ Agency_Contact_ID: id, First_Name: first, Last_Name: last }) => [id, first, last]);
    const told = async (): Promise<unknown[]> =>
      (
        await sql<{ line: unknown }>`
          select jsonb_build_array(tenant_id, partition_key, event_type, payload->'changes') as line from outbox.events
           where event_type like 'crm.contact.%' order by created_at`.execute(fixture.integration)
      ).rows.map(({ line }) => line);

    it('each has its own in its own CRM', async () => {
      await emit('t1', {});
      await emit('t3', {});
      await fixture.quiet();
      expect(await heldBy('t1')).toEqual([['t1:77', 'Ana', 'T1']]);
      expect(await heldBy('t3')).toEqual([['t3:77', 'Ana', 'T3']]);
    });

    it("what a person does in one CRM is told of that tenant, and the product's answer goes to no other", async () => {
      await fixture.simulator.act('edit', {
        module: 'Contacts',
        match: { Agency_Contact_ID: 't1:77' },
        fields: { First_Name: 'Anna' },
      });
      await fixture.quiet();
      expect(await told()).toEqual([['t1', 't1:77', 'crm.contact.changed', { first_name: 'Anna' }]]);
      await emit('t1', { first_name: 'Anna' }, 'c-t1');
      await fixture.quiet();
      expect(await heldBy('t1')).toEqual([['t1:77', 'Anna', 'T1']]);
      expect(await heldBy('t3')).toEqual([['t3:77', 'Ana', 'T3']]);
      expect(await told()).toHaveLength(1);
    });

    it('a connection that stands still does not delay another', async () => {
      const set = (state: string): Promise<unknown> =>
        sql`update connections.connections set state = ${state} where id = 'c-t3'`.execute(fixture.integration);
      await set('paused');
      await emit('t3', { first_name: 'Later' });
      await emit('t1', { first_name: 'Now' });
      await until('the change of t1 arrives', async () => {
        return JSON.stringify(await heldBy('t1')).includes('Now') ? true : null;
      });
      expect(await heldBy('t3')).toEqual([['t3:77', 'Ana', 'T3']]);
      await set('active');
      await fixture.quiet();
      expect(await heldBy('t3')).toEqual([['t3:77', 'Later', 'T3']]);
    });
  });

  it('Kafka has each event that was told once, as the document of them says', async () => {
    await expectToldAsDocumented(fixture);
  });
});

function builtIn(name: string): Pack {
  const pack = builtInPacks[name];
  if (pack === undefined) throw new Error(`no pack ${name}`);
  return pack;
}
