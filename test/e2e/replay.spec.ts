import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { putConnection } from '#connections';
import { createKafka } from '#kafka';
import { appProgram } from '#system';
import { silentLogger } from '#testing';
import { createSecretBox } from '#zoho';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

const USERS = 300;

/** The pack as it is, but for the last name, which is in capitals: another version of its mapping, in a folder. */
const NEXT_VERSION = `
import { mapping } from ${JSON.stringify(path.resolve('dist/libs/packs/src/signup-lead/mapping.js'))};
export default ({ defineMapping }) => defineMapping({
  ...mapping,
  version: 2,
  settings: undefined,
  project: (state, settings) => mapping.project(state, settings).map((record) => (
    { ...record, fields: { ...record.fields, Last_Name: String(record.fields.Last_Name).toUpperCase() } })),
});`;

let fixture: SystemFixture;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'causeway-next-'));
  await writeFile(path.join(folder, 'mapping.mjs'), NEXT_VERSION);
  fixture = await SystemFixture.start();
  const { integration, kafka, topicPrefix, secretKey, simulator } = fixture.system.details;
  env = {
    CAUSEWAY_INTEGRATION_URL: integration.url,
    CAUSEWAY_KAFKA_BROKERS: kafka.brokers.join(','),
    CAUSEWAY_TOPIC_PREFIX: topicPrefix,
    CAUSEWAY_PACKS: 'signup-lead',
  };
  const { accountsUrl, clientId, clientSecret, refreshToken, url } = simulator;
  await putConnection(fixture.integration, createSecretBox({ key: secretKey }), {
    id: 'sandbox',
    tenantId: 'sandbox',
    destination: 'zoho-crm',
    settings: {},
    credentials: { accountsUrl, apiDomains: [url], clientId, clientSecret, refreshToken },
  });
  await sql`
    insert into public.users (id, email, full_name)
    select 'u' || n, 'u' || n || '@example.test', 'Ana Ruiz' from generate_series(1, ${USERS}::integer) n`.execute(
    fixture.product,
  );
  await sql`update public.users set full_name = 'Ana Soler' where id in ('u1', 'u2', 'u3')`.execute(fixture.product);
  await fixture.quiet();
});

afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true });
});

const replay = (...args: string[]): Promise<CliResult> => causeway(['replay', ...args], env);
const json = ({ stdout }: CliResult): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
const lastName = async (id: string): Promise<unknown> =>
  (await fixture.simulator.records('Leads')).find((lead) => lead['External_User_ID'] === id)?.['Last_Name'];

/** Writes to records, by the call log of the simulator; sweeps and the hydrator read all the while. */
async function writes(): Promise<Record<string, unknown>[]> {
  const calls = await fixture.simulator.calls();
  return calls.filter(
    ({ method, module, path: where }) => method !== 'GET' && module !== null && !String(where).endsWith('/coql'),
  );
}

/** All that a replay could leave behind. */
async function traces(): Promise<object> {
  const { rows } = await sql`
    select (select count(*)::integer from ledger.commands) as commands, (select count(*)::integer from relay.folds) as folds,
           (select sum(sequence)::integer from relay.states) as sequences, (select max(updated_at)::text from relay.states) as stored,
           (select count(*)::integer from outbox.events) as events, (select count(*)::integer from ledger.audit) as audits,
           (select count(*)::integer from inbox.processed) as inbox`.execute(fixture.integration);
  const { kafka, topicPrefix } = fixture.system.details;
  const admin = createKafka({ brokers: kafka.brokers, clientId: 'replay-spec', logger: silentLogger }).admin();
  await admin.connect();
  try {
    const groups = (await admin.listGroups()).groups
      .map(({ groupId }) => groupId)
      .filter((id) => id.startsWith(topicPrefix));
    const offsets = await Promise.all(groups.toSorted().map((groupId) => admin.fetchOffsets({ groupId })));
    return {
      ...(rows[0] as object),
      groups: groups.toSorted(),
      offsets,
      writes: (await writes()).length,
    };
  } finally {
    await admin.disconnect();
  }
}

describe('causeway replay', () => {
  it('in dry-run says what another version would change, and leaves no trace', async () => {
    const before = await traces();
    const result = await replay('--pack', folder, '--json');
    expect(json(result)).toMatchObject({
      target: 'dry-run',
      mappingVersion: 2,
      events: USERS + 3,
      keys: USERS,
      applied: USERS + 3,
      commands: { 'Leads write': USERS + 3 },
      compared: { same: 0, different: USERS, incomparable: 0 },
      fields: { 'Leads.Last_Name': USERS },
    });
    expect(result.code).toBe(0);
    expect(result.stdout).not.toContain('example.test');
    const same = await replay('--json');
    expect(json(same)).toMatchObject({ events: USERS + 3, compared: { same: USERS, different: 0 }, records: {} });
    expect(await traces()).toEqual(before);
  });

  it('reads the events of one key by the index, of a time, of a type, and out of the outbox', async () => {
    const url = fixture.system.details.products['portal']?.url ?? '';
    const source = { CAUSEWAY_SOURCE_NAME: 'portal', CAUSEWAY_SOURCE_URL: url, CAUSEWAY_SLOT: 'unused' };
    const counts = async (args: string[], more = {}): Promise<unknown> => {
      const { events, keys, compared } = json(await causeway(['replay', ...args, '--json'], { ...env, ...more }));
      return [events, keys, (compared as { same: number }).same];
    };
    expect(await counts(['--key', 'u1,u9'])).toEqual([3, 2, 2]);
    expect(await counts(['--key', 'u1,nobody'])).toEqual([2, 1, 1]);
    expect(await counts(['--key', 'u1,u9', '--read', 'outbox', '--source', 'portal'], source)).toEqual([3, 2, 2]);
    expect(await counts(['--read', 'outbox', '--source', 'portal'], source)).toEqual([USERS + 3, USERS, 0]);
    expect(await counts(['--type', 'user.updated'])).toEqual([3, 3, 0]);
    expect(await counts(['--topic', 'user', '--to', '2026-01-01T00:00:00Z'])).toEqual([0, 0, 0]);
    expect((await replay('--tenant', 'shop')).stdout).toBe('no event is selected\n');
    const people = await replay('--pack', folder, '--key', 'u1', '--values');
    expect(people.stdout).toContain('Last_Name: "Soler" -> "SOLER"');
    expect(Math.max(...people.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('into a shadow sends to the other connection alone', async () => {
    const args = ['--target', 'shadow', '--connection', 'sandbox', '--key', 'u1,u2', '--reason', 'trial'];
    const plan = await replay(...args);
    expect([plan.code, plan.stdout]).toEqual([2, expect.stringContaining('will fold 2 keys anew')]);
    const done = await replay(...args, '--yes', '--json');
    expect([done.code, json(done)]).toEqual([0, expect.objectContaining({ done: true, events: 4, commands: 4 })]);
    await fixture.quiet();
    const { rows } = await sql`
      select distinct connection_id, state, lane from ledger.commands where lane = 'replay' and state <> 'skipped'`.execute(
      fixture.integration,
    );
    expect(rows).toEqual([{ connection_id: 'sandbox', state: 'succeeded', lane: 'replay' }]);
  });

  it('live writes what differs, without automations; killed, it goes on behind what is done', async () => {
    const few = await replay(
      '--pack',
      folder,
      '--key',
      'u1,u2',
      '--target',
      'live',
      '--reason',
      'trial',
      '--yes',
      '--json',
    );
    expect([few.code, json(few)]).toEqual([0, expect.objectContaining({ done: true, keys: 2, commands: 2 })]);
    await fixture.quiet();
    expect([await lastName('u1'), await lastName('u4')]).toEqual(['SOLER', 'Ruiz']);
    expect((await writes()).at(-1)).toMatchObject({ trigger: [] });

    const args = ['replay', '--pack', folder, '--target', 'live', '--rate', '60', '--reason', 'all of them', '--yes'];
    const child = spawn(process.execPath, [appProgram('cli'), ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: 'ignore',
    });
    const gone = once(child, 'exit');
    const found = await until('a replay in the midst', async () => {
      const [newest] = json(await replay('list', '--json')) as unknown as {
        id: string;
        keys: number;
        keysDone: number;
      }[];
      return newest !== undefined && newest.keys === USERS && newest.keysDone > 0 ? newest : null;
    });
    child.kill('SIGKILL');
    await gone;
    const killed = json(await replay('show', found.id, '--json'));
    expect(killed['keysDone']).toBeLessThan(USERS);
    // As if its time was over.
    await sql`update relay.replays set rate = null, lease_until = null where id = ${found.id}::bigint`.execute(
      fixture.integration,
    );
    const resumed = await replay('resume', found.id, '--reason', 'it was killed', '--json');
    expect([resumed.code, json(resumed)]).toEqual([
      0,
      expect.objectContaining({
        done: true,
        state: 'done',
        keysDone: USERS,
        events: USERS + 3,
        commands: USERS - 2,
        leftAlone: {},
      }),
    ]);
    await fixture.quiet();
    const leads = await fixture.simulator.records('Leads');
    expect([
      leads.length,
      leads.filter((lead) => lead['Last_Name'] === 'RUIZ' || lead['Last_Name'] === 'SOLER').length,
    ]).toEqual([USERS, USERS]);
    const { rows } = await sql`
      select entity_id from ledger.commands where lane = 'replay' and connection_id = 'zoho-portal'
       group by entity_id having count(*) > 1`.execute(fixture.integration);
    expect(rows).toEqual([]);
    const audits = await sql<{
      verb: string;
    }>`select distinct verb from ledger.audit where verb like 'replay%' order by verb`.execute(fixture.integration);
    expect(audits.rows.map(({ verb }) => verb)).toEqual(['replay', 'replay done', 'replay resume']);
  });

  it.each([
    [['--help'], 0],
    [['--pack', 'nonsense'], 2],
    [['--target', 'elsewhere'], 2],
    [['--target', 'shadow'], 2],
    [['--target', 'live', '--yes'], 2],
    [['--target', 'live', '--base', 'stored'], 2],
    [['--base', '/nowhere'], 2],
    [['--from', 'yesterday'], 2],
    [['nonsense'], 2],
    [['show', 'x'], 2],
    [['show', '99999'], 1],
    [['cancel', '99999', '--reason', 'none', '--yes'], 1],
    [['resume', '99999', '--reason', 'none'], 1],
  ])('%j ends with %d', async (args, code) => {
    expect((await replay(...args)).code).toBe(code);
  });

  it('says when Kafka cannot be reached', async () => {
    const result = await causeway(['replay'], { ...env, CAUSEWAY_KAFKA_BROKERS: '127.0.0.1:1' });
    expect([result.code, result.stderr]).toEqual([3, expect.stringContaining('CAUSEWAY_KAFKA_BROKERS')]);
  });
});
