import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomBytes } from 'node:crypto';
import { connectClient } from '#postgres';
import { appProgram, readRunFile, type SystemDetails } from '#system';
import { causeway } from '../support/cli.process.ts';
import { until } from '../support/until.ts';

describe('the causeway command without a system', () => {
  it.each([
    [['--help'], 0, 'Usage: causeway'],
    [['settle', '--help'], 0, '--timeout'],
    [['levitate'], 2, "unknown command 'levitate'"],
    [['settle', '--system', '/nowhere.json'], 3, 'no system runs in /nowhere.json'],
    [['doctor', '--system', '/nowhere.json'], 3, 'npx causeway dev'],
    [['settle', '--timeout', 'soon'], 2, '--timeout wants a duration'],
    [['parked', 'retry', 'seven'], 2, 'the id of a command is a number'],
    [['migrate', 'everything'], 2, 'usage: causeway migrate'],
    [['parked', 'retry'], 2, 'name ids, or choose with'],
    [['parked', 'retry', '7'], 2, 'say why, with --reason'],
    [['connection', 'put', 'zoho-x'], 2, 'a connection needs --tenant and --client-id'],
    [['dev', '--watch', 'Lead_Status'], 2, '--watch wants Module.Field'],
    [['dev', '--pack', 'no-such-pack'], 2, 'no-such-pack'],
    // regression: a verb that is misspelt was a page of help and exit 0
    [['parked', 'lits'], 2, "unknown command 'lits' of causeway parked: edit, list"],
    [['parked', 'list', '17'], 2, "'17' is too much: causeway parked list --help"],
  ])('%j ends with %i and says why', async (args, code, text) => {
    const result = await causeway(args);
    expect(`${result.stdout}${result.stderr}`).toContain(text);
    expect(result.code).toBe(code);
  });

  it('a setting that nobody declared ends the start, named', async () => {
    const result = await causeway(['parked', 'list'], {
      CAUSEWAY_INTEGRATION_URL: 'postgres://x',
      CAUSEWAY_INTEGRATON_URL: 'typo',
    });
    expect(result.stderr).toContain('CAUSEWAY_INTEGRATON_URL is no setting of Causeway');
    expect(result.code).toBe(2);
  });

  it.each([['add'], ['put']])(
    'regression: connections %s of a connection with nothing ticked is refused',
    async (verb) => {
      const args = ['connections', verb, 'zoho-x', '--tenant', 't1', '--client-id', '1000.X', '--reason', 'new'];
      const result = await causeway(args, {
        CAUSEWAY_INTEGRATION_URL: 'postgres://nobody@127.0.0.1:1/none',
        CAUSEWAY_PACKS: 'inquiries',
        CAUSEWAY_SECRET_KEY: 'ab'.repeat(32),
        CAUSEWAY_CLIENT_SECRET: 'planted-secret',
        CAUSEWAY_REFRESH_TOKEN: 'planted-refresh',
      });
      expect(result.stderr).toContain('CONNECTION_SETTINGS_REFUSED');
      expect(result.stderr).toContain('record_types names nothing');
      expect(result.code).toBe(2);
    },
  );

  it('regression: a misspelt setting had the system of the checkout asked instead', async () => {
    const result = await causeway(['parked', 'list'], { CAUSEWAY_INTEGRATON_URL: 'postgres://db/integration' });
    expect(result.stderr).toContain('CAUSEWAY_INTEGRATON_URL is no setting of Causeway');
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });

  it('regression: a URL that is none is said with the name of its setting, and not shown', async () => {
    const result = await causeway(['parked', 'list'], { CAUSEWAY_INTEGRATION_URL: 'db/s3cret' });
    expect(result.stderr).toContain('CAUSEWAY_INTEGRATION_URL must be a Postgres URL');
    expect(result.stderr).not.toContain('s3cret');
    expect(result.code).toBe(2);
  });

  it.each([['127.0.0.1'], ['localhost']])(
    'regression: a database at %s that does not answer was told by the driver',
    async (host) => {
      const env = { CAUSEWAY_INTEGRATION_URL: `postgres://nobody@${host}:1/none` };
      const result = await causeway(['parked', 'list'], env);
      expect(result.stderr).toMatch(/^POSTGRES_UNREACHABLE: .*ECONNREFUSED.*Check the address/);
      expect(result.code).toBe(3);
    },
  );

  it('regression: a database without tables was told by the driver', async () => {
    const env = { CAUSEWAY_INTEGRATION_URL: process.env['CAUSEWAY_POSTGRES_URL'] ?? '' };
    const result = await causeway(['parked', 'list'], env);
    expect(result.stderr).toMatch(/^MIGRATIONS_MISSING: .*causeway migrate integration/);
    expect(result.code).toBe(1);
  });

  it('a Postgres that does not answer is exit 3', async () => {
    const result = await causeway(['migrate', 'product', '--url', 'postgres://nobody@127.0.0.1:1/none']);
    expect(result.stderr).toContain('POSTGRES_UNREACHABLE');
    expect(result.code).toBe(3);
  });
});

describe('causeway dev', () => {
  let folder: string;
  let file: string;
  let dev: ChildProcess;
  let ready: Record<string, never>;
  let details: SystemDetails;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-cli-spec-'));
    file = join(folder, 'system.json');
    const prefix = `cli-${randomBytes(4).toString('hex')}.`;
    dev = spawn(process.execPath, [appProgram('cli'), 'dev', '--json', '--system', file, '--topic-prefix', prefix], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (dev.stdout === null) throw new Error('dev has no output');
    const [line] = (await once(createInterface({ input: dev.stdout }), 'line')) as [string];
    ready = JSON.parse(line) as Record<string, never>;
    details = (await readRunFile(file)) ?? (Promise.reject(new Error('no run file')) as never);
  });
  afterAll(async () => {
    dev.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('prints one line with all addresses', () => {
    expect(ready).toEqual({
      kafka: { brokers: expect.arrayContaining([expect.stringMatching(/:\d+$/)]) as unknown },
      products: { portal: { url: expect.stringMatching(/^postgres:/) as unknown } },
      integration: { url: expect.stringMatching(/^postgres:/) as unknown },
      simulator: {
        url: expect.stringMatching(/^http:/) as unknown,
        accountsUrl: expect.stringMatching(/^http:/) as unknown,
        clientId: expect.any(String) as unknown,
        clientSecret: expect.any(String) as unknown,
        refreshToken: expect.any(String) as unknown,
      },
      webhooks: { url: expect.stringMatching(/^http:/) as unknown },
      admin: { url: null },
    });
  });

  it('settles after a sign-up, and the Lead is there', async () => {
    const client = await connectClient({ url: details.products['portal']?.url ?? '', applicationName: 'spec' });
    await client.query(`insert into users (id, email, full_name) values ('cli-1', 'cli@example.test', 'Com Mand')`);
    await client.end();
    const result = await causeway(['settle', '--timeout', '30s', '--json', '--system', file]);
    expect(JSON.parse(result.stdout)).toEqual({ settled: true, left: [] });
    expect(result.code).toBe(0);
    const response = await fetch(`${details.simulator.url}/_control/records?module=Leads`);
    expect(await response.text()).toContain('cli-1');
  });

  it('the doctor finds everything in order', async () => {
    const result = await causeway(['doctor', '--json', '--system', file]);
    const { findings } = JSON.parse(result.stdout) as { findings: { check: string; status: string; detail: string }[] };
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'node',
        'portal: slot',
        'crm: publication',
        'kafka',
        'topics',
        'connection zoho-portal',
        'relay',
        'webhooks',
      ]),
    );
    expect(result.code).toBe(0);
  });

  it('the doctor looks at a deployment by its settings, without a run file', async () => {
    const [source] = details.sources;
    const result = await causeway(['doctor', '--json'], {
      CAUSEWAY_KAFKA_BROKERS: details.kafka.brokers.join(','),
      CAUSEWAY_TOPIC_PREFIX: details.topicPrefix,
      CAUSEWAY_SOURCE_NAME: source?.name ?? '',
      CAUSEWAY_SOURCE_URL: source?.url ?? '',
      CAUSEWAY_SLOT: source?.slot ?? '',
      CAUSEWAY_INTEGRATION_URL: details.integration.url,
      CAUSEWAY_SECRET_KEY: details.secretKey,
    });
    const { findings } = JSON.parse(result.stdout) as { findings: { check: string; status: string }[] };
    expect(findings.filter(({ status }) => status === 'wrong')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['portal: slot', 'connection zoho-portal']),
    );
    expect(result.code).toBe(0);
  });

  it('settle names what is left after its timeout, exit 1', async () => {
    await fetch(`${details.simulator.url}/_control/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'records.upsert', effect: { status: 503, body: {} } }),
    });
    const client = await connectClient({ url: details.products['portal']?.url ?? '', applicationName: 'spec' });
    await client.query(`insert into users (id, full_name) values ('cli-2', 'Com Mand')`);
    await client.end();
    const result = await causeway(['settle', '--timeout', '2s', '--system', file]);
    expect(result.stdout).toContain('commands under way');
    expect(result.code).toBe(1);
    await fetch(`${details.simulator.url}/_control/faults`, { method: 'DELETE' });
    expect((await causeway(['settle', '--timeout', '40s', '--system', file])).code).toBe(0);
  });

  it('the doctor says what is wrong and what to do, exit 1', async () => {
    const client = await connectClient({ url: details.products['portal']?.url ?? '', applicationName: 'spec' });
    try {
      await client.query('drop publication causeway_outbox');
      const result = await causeway(['doctor', '--system', file]);
      expect(result.stdout).toMatch(/wrong +portal: publication +causeway_outbox: there is no such publication/);
      expect(result.stdout).toContain('-> Run causeway migrate product.');
      expect(result.code).toBe(1);
    } finally {
      await client.query(
        `create publication causeway_outbox for table outbox.events with (publish = 'insert', publish_via_partition_root = true)`,
      );
      await client.end();
    }
  });

  it('stops cleanly on SIGTERM: exit 0, no process, no folder, no file, no slot, no database', async () => {
    const exited = once(dev, 'exit');
    dev.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(existsSync(details.logs)).toBe(false);
    expect(existsSync(file)).toBe(false);
    await until('the services are gone', async () => {
      const answers = await Promise.allSettled([
        fetch(`${details.webhooks.url}/health`),
        fetch(`${details.relay.url}/health`),
      ]);
      return answers.every(({ status }) => status === 'rejected') ? true : null;
    });
    const client = await connectClient({ url: process.env['CAUSEWAY_POSTGRES_URL'] ?? '', applicationName: 'spec' });
    const names = details.sources.map(({ url }) => new URL(url).pathname.slice(1));
    const left = await client.query('select datname from pg_database where datname = any($1)', [names]);
    const slots = await client.query('select slot_name from pg_replication_slots where slot_name = any($1)', [
      details.sources.map(({ slot }) => slot),
    ]);
    await client.end();
    expect([left.rows, slots.rows]).toEqual([[], []]);
  });
});
