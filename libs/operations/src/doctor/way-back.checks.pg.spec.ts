import { sql } from 'kysely';
import { listConnections } from '#connections';
import { connectClient } from '#postgres';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { checkRights } from './rights.checks.ts';
import { checkWayBack } from './way-back.checks.ts';

let context: IntegrationContext;
beforeAll(async () => {
  context = await integrationDatabase('way_back_checks');
  await context.addConnection({ watch: { Leads: ['Lead_Status'], Deals: ['Stage'] } });
});
afterAll(() => context[Symbol.asyncDispose]());

const execute = (query: string): Promise<unknown> => sql.raw(query).execute(context.db);
const found = async (): Promise<string[]> => {
  const findings = await checkWayBack(context.db, await listConnections(context.db));
  return findings.map(({ check, status, fix }) => [status, check, fix?.name ?? ''].join(' ').trim());
};

describe('the way back', () => {
  it('wants receivers, a channel for each watched module, and sweeps that go through', async () => {
    expect(await found()).toEqual([
      'wrong notifications',
      'wrong channel c1 Deals',
      'wrong channel c1 Leads',
      'ok sweeps',
    ]);
    await execute(`insert into webhooks.receivers (id) values ('r')`);
    await execute(`insert into webhooks.channels (id, connection_id, module, address_hash, address_sealed, token_sealed, subscribed_at, expires_at)
      values (1, 'c1', 'Leads', '\\x01', 'x', 'x', now(), now() + interval '1 hour'), (2, 'c1', 'Deals', '\\x02', 'x', 'x', now(), now() - interval '1 hour')`);
    await execute(
      `insert into webhooks.sweeps (connection_id, module, due_at) values ('c1', 'Leads', now() - interval '2 hours')`,
    );
    expect(await found()).toEqual([
      'ok notifications',
      'wrong channel c1 Deals channel-renewal',
      'ok channel c1 Leads',
      'note sweep c1 Leads',
    ]);
  });

  it('a channel near its expiry is renewed by --fix; one of a short life that is young is none', async () => {
    const seen = async (subscribed: string, expires: string): Promise<string | undefined> => {
      await execute(`update webhooks.channels set subscribed_at = now() - interval '${subscribed}',
        expires_at = now() + interval '${expires}' where module = 'Leads'`);
      return (await found()).find((line) => line.includes('Leads') && line.includes('channel'));
    };
    expect(await seen('150 hours', '17 hours')).toBe('note channel c1 Leads channel-renewal');
    expect(await seen('20 min', '40 min')).toBe('ok channel c1 Leads');
    expect(await seen('50 min', '10 min')).toBe('note channel c1 Leads channel-renewal');
  });
});

describe('the role', () => {
  it('is told what it lacks', async () => {
    const role = `doctor_${process.pid}_${Date.now()}`;
    await execute(`create role ${role}`);
    const client = await connectClient({ url: context.url, applicationName: 'spec' });
    try {
      expect((await checkRights(client)).status).toBe('ok');
      await execute(`grant usage on schema ledger to ${role}`);
      await client.query(`set role ${role}`);
      expect(await checkRights(client)).toMatchObject({
        status: 'wrong',
        detail: expect.stringContaining(`${role} lacks`) as unknown,
      });
    } finally {
      await client.end();
      await execute(`drop owned by ${role}`);
      await execute(`drop role ${role}`);
    }
  });
});
