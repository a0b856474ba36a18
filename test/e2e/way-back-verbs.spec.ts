import { sql } from 'kysely';
import { until } from '#testing';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';

/** What operators do about the way back, by the command line, in a whole system. */
let fixture: SystemFixture;

beforeAll(async () => {
  fixture = await SystemFixture.start();
  await sql`insert into public.users (id, email, full_name) values ('w-1', 'w-1@example.test', 'Ana Ruiz')`.execute(
    fixture.product,
  );
  await fixture.quiet();
});
afterAll(() => fixture.stop());

async function verb(...args: string[]): Promise<CliResult & { json: unknown }> {
  const { integration, secretKey } = fixture.system.details;
  const result = await causeway(args, { CAUSEWAY_INTEGRATION_URL: integration.url, CAUSEWAY_SECRET_KEY: secretKey });
  return { ...result, json: args.includes('--json') && result.stdout !== '' ? JSON.parse(result.stdout) : null };
}
const edit = (fields: object): Promise<unknown> =>
  fixture.simulator.act('edit', { module: 'Leads', match: { External_User_ID: 'w-1' }, fields, user: 'Sam Sales' });
const statusOf = async (): Promise<string | null> => {
  const { rows } = await sql<{
    crm_status: string | null;
  }>`select crm_status from public.users where id = 'w-1'`.execute(fixture.product);
  return rows[0]?.crm_status ?? null;
};
const leadId = async (): Promise<string> => (await fixture.simulator.records('Leads'))[0]?.id ?? 'none';

describe('channels', () => {
  it('list shows them, without their secrets', async () => {
    const result = await verb('channels', 'list', '--json');
    expect(result).toMatchObject({
      code: 0,
      json: [{ connection: 'zoho-portal', module: 'Leads', events: ['edit', 'delete'], state: 'subscribed' }],
    });
    const [channel] = await fixture.simulator.channels();
    expect(result.stdout).not.toContain(channel?.token);
    expect(result.stdout).not.toContain(channel?.notify_url);
  });

  it('renew has the CRM extend them; rotate tells it new secrets, and notifications go on', async () => {
    expect(await verb('channels', 'renew', '--module', 'Leads', '--json')).toMatchObject({
      code: 0,
      json: [{ done: true }],
    });
    const [before] = await fixture.simulator.channels();
    expect(await verb('channels', 'rotate', '--all', '--json')).toMatchObject({
      code: 0,
      json: [{ done: true, state: 'rotating' }],
    });
    const [after] = await fixture.simulator.channels();
    expect(after?.channel_id).toBe(before?.channel_id);
    expect(after?.token).not.toBe(before?.token);
    await edit({ Lead_Status: 'Contacted' });
    await until(async () => (await statusOf()) === 'Contacted');
  });

  it.each([
    [['channels', 'renew'], 2],
    [['channels', 'renew', 'x'], 2],
    [['channels', 'rotate', '123456789'], 1],
  ])('%j ends with %i', async (args, code) => {
    expect((await verb(...args)).code).toBe(code);
  });
});

describe('sync', () => {
  it('force reads a record again of which nobody notified us', async () => {
    await fixture.simulator.act('notifications', { loss: 1 });
    await edit({ Lead_Status: 'Lost Lead' });
    expect(await verb('sync', 'force', 'Leads', await leadId(), '--json')).toMatchObject({
      code: 0,
      json: [{ connection: 'zoho-portal', result: 'edit', changedFields: ['Lead_Status'] }],
    });
    await until(async () => (await statusOf()) === 'Lost Lead');
    await edit({ Lead_Status: 'Contacted' });
    expect(await verb('sync', 'force', '--entity', 'user/w-1')).toMatchObject({ code: 0 });
    await until(async () => (await statusOf()) === 'Contacted');
    await fixture.simulator.act('notifications', { loss: 0 });
  });

  it.each([
    [['sync', 'force'], 2],
    [['sync', 'force', 'Leads'], 2],
    [['sync', 'force', '--entity', 'user'], 2],
    [['sync', 'force', '--entity', 'user/nobody'], 1],
    // regression: it said that the record was read, and exit 0
    [['sync', 'force', 'Laeds', '5725767000000100451'], 1],
  ])('%j ends with %i', async (args, code) => {
    expect((await verb(...args)).code).toBe(code);
  });

  it('status shows the snapshot', async () => {
    expect(await verb('sync', 'status', '--json')).toMatchObject({
      code: 0,
      json: [{ module: 'Leads', state: 'waiting' }],
    });
  });
});

describe('pause --direction in', () => {
  it('keeps what people do from being read, and resume has it read as it is then', async () => {
    const of = ['--direction', 'in', '--connection', 'zoho-portal', '--reason', 'tidying up'];
    expect(await verb('pause', ...of, '--json')).toMatchObject({
      code: 0,
      json: { done: true, direction: 'in', connectionId: 'zoho-portal', module: null, entity: null },
    });
    expect((await verb('pause', ...of)).code).toBe(1);
    await edit({ Lead_Status: 'Junk Lead' });
    await until(async () => {
      const { json } = await verb('holds', '--json');
      return (json as { records: number }[])[0]?.records === 1;
    });
    // All else is quiet: what is held waits for a person.
    await fixture.quiet();
    expect(await statusOf()).not.toBe('Junk Lead');
    await edit({ Lead_Status: 'Pre-Qualified' });
    expect((await verb('resume', ...of)).code).toBe(0);
    await until(async () => (await statusOf()) === 'Pre-Qualified');
    expect(await verb('holds', '--json')).toMatchObject({ code: 0, json: [] });
  });

  it.each([
    [['pause', '--direction', 'in', '--reason', 'x'], 2],
    [['pause', '--direction', 'in', '--connection', 'nobody', '--reason', 'x'], 1],
  ])('%j ends with %i', async (args, code) => {
    expect((await verb(...args)).code).toBe(code);
  });
});

describe('notifications', () => {
  it('replay reads kept ones again, and makes no event of what is known', async () => {
    await fixture.quiet();
    const events = async (): Promise<number> =>
      (
        await sql<{ count: number }>`
        select count(*)::integer as count from outbox.events where aggregate_type = 'leads'`.execute(
          fixture.integration,
        )
      ).rows[0]?.count ?? 0;
    const before = await events();
    const result = await verb('notifications', 'replay', '--from', '2020-01-01T00:00:00Z', '--json');
    expect(result.code).toBe(0);
    expect((result.json as { replayed: number }).replayed).toBeGreaterThan(0);
    await fixture.quiet();
    expect(await events()).toBe(before);
  });

  it.each([
    [['notifications', 'replay'], 2],
    [['notifications', 'replay', '--from', 'yesterday'], 2],
    [['notifications', 'replay', '--from', '2026-03-02', '--to', '2026-03-01'], 2],
  ])('%j ends with %i', async (args, code) => {
    expect((await verb(...args)).code).toBe(code);
  });
});

it('all of that stands in the audit, with who did it and why', async () => {
  const by = ['--by', 'olga', '--reason', 'a test'];
  await verb('channels', 'renew', '--all', ...by);
  await verb('sync', 'force', 'Leads', await leadId(), ...by);
  await verb('notifications', 'replay', '--from', '2020-01-01T00:00:00Z', ...by);
  const { rows } = await sql<{ verb: string }>`
    select verb from ledger.audit where by_whom = 'olga' and reason = 'a test' order by id`.execute(
    fixture.integration,
  );
  expect(rows.map((row) => row.verb)).toEqual(['channels renew', 'sync force', 'notifications replay']);
  const { rows: others } = await sql<{ verb: string }>`select distinct verb from ledger.audit order by verb`.execute(
    fixture.integration,
  );
  expect(others.map((row) => row.verb)).toEqual(
    expect.arrayContaining(['channels rotate', 'pause in', 'resume in', 'sync force']),
  );
});
