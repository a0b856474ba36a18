import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createSecretBox, tokenSchema } from '#zoho';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

let fixture: SystemFixture;
/** Everything that the verbs of this suite printed. */
const printed: string[] = [];

beforeAll(async () => {
  fixture = await SystemFixture.start();
});
afterAll(() => fixture.stop());

async function verb(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const { integration, secretKey } = fixture.system.details;
  const own = { CAUSEWAY_INTEGRATION_URL: integration.url, CAUSEWAY_SECRET_KEY: secretKey };
  const result = await causeway(args, { ...own, ...env });
  printed.push(result.stdout, result.stderr);
  return result;
}
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

describe('fields', () => {
  it('plan finds nothing to do after the set-up', async () => {
    const result = await verb(['fields', 'plan', '--pack', 'signup-lead', '--json']);
    expect(json(result)).toEqual({ pack: 'signup-lead', connection: 'zoho-portal', done: [], differences: [] });
    expect(result.code).toBe(0);
  });

  it('plan names what is missing, apply adds it, and a second apply has nothing to do', async () => {
    await fixture.simulator.act('reset', {});
    const planned = await verb(['fields', 'plan', '--pack', 'signup-lead', '--json']);
    expect(planned.code).toBe(1);
    expect(json(planned)).toMatchObject({
      differences: [{ module: 'Leads', apiName: 'External_User_ID', difference: 'missing', action: 'create' }],
    });
    const applied = await verb(['fields', 'apply', '--pack', 'signup-lead', '--json']);
    expect(json(applied)).toMatchObject({ done: [{ apiName: 'External_User_ID', action: 'create' }], differences: [] });
    expect(applied.code).toBe(0);
    const again = await verb(['fields', 'apply', '--pack', 'signup-lead', '--connection', 'zoho-portal']);
    expect([again.code, again.stdout]).toEqual([0, 'the CRM of zoho-portal has what signup-lead needs\n']);
  });

  it.each([
    [['fields', 'plan'], 2],
    [['fields', 'plan', '--pack', 'nonsense'], 2],
    [['fields', 'plan', '--pack', 'signup-lead', '--connection', 'nobody'], 2],
    [['fields', 'apply', '--help'], 0],
    [['connection', 'rotate-key', '--batch', 'many'], 2],
    [['credits', 'status', '--help'], 0],
  ])('%j ends with %d', async (args, code) => {
    expect((await verb(args)).code).toBe(code);
  });
});

describe('credits', () => {
  it('status says what each lane used of what the edition has', async () => {
    await sql`insert into public.users (id, email, full_name) values ('cv-1', 'cv-1@example.test', 'Cre Dit')`.execute(
      fixture.product,
    );
    await fixture.quiet();
    const status = await until('credits of the connection', async () => {
      const [own] = json(await verb(['credits', 'status', '--json'])) as { credits: number | null; used: number }[];
      return own !== undefined && own.credits !== null && own.used > 0 ? own : undefined;
    });
    expect(status).toMatchObject({
      connection: 'zoho-portal',
      credits: 150_000,
      concurrency: 20,
      lanes: { live: { most: 150_000 } },
    });
    expect((await verb(['credits', 'status'])).stdout).toContain('zoho-portal');
  });
});

describe('secrets', () => {
  it('regression: a second connection of a tenant is refused by name', async () => {
    const env = { CAUSEWAY_CLIENT_SECRET: 'planted-secret', CAUSEWAY_REFRESH_TOKEN: 'planted-refresh' };
    const result = await verb(['connection', 'put', 'second', '--tenant', 'portal', '--client-id', '1000.X'], env);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('CONNECTION_TENANT_TAKEN');
  });

  it('cannot be read with another key, which is said without them', async () => {
    const result = await verb(['fields', 'plan', '--pack', 'signup-lead'], {
      CAUSEWAY_SECRET_KEY: randomBytes(32).toString('hex'),
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('SECRET_UNREADABLE');
  });

  it('are nowhere in what services logged, what they measure, and what verbs printed', async () => {
    const { details } = fixture.system;
    await verb(['doctor', '--json']);
    const box = createSecretBox({ key: details.secretKey });
    const tokens = await sql<{ id: string; sealed: string }>`
      select connection_id as id, token_sealed as sealed from connections.tokens`.execute(fixture.integration);
    const channels = await sql<{ id: string; address: string; token: string }>`
      select connection_id as id, address_sealed as address, token_sealed as token from webhooks.channels`.execute(
      fixture.integration,
    );
    const secrets = [
      'planted-',
      details.secretKey,
      details.simulator.clientSecret,
      details.simulator.refreshToken,
      ...tokens.rows.flatMap(({ id, sealed }) => tokenSchema.parse(JSON.parse(box.open(sealed, id))).accessToken ?? []),
      ...channels.rows.flatMap(({ id, address, token }) => [box.open(address, id), box.open(token, id)]),
    ];
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    const logs = readdirSync(details.logs)
      .filter((file) => !file.startsWith('simulator') && file.endsWith('.log'))
      .map((file) => readFileSync(join(details.logs, file), 'utf8'));
    const metrics = await Promise.all(
      [details.relay.url, details.webhooks.url].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    expect(logs.length).toBeGreaterThanOrEqual(4);
    expect(metrics.join('')).toContain('causeway_crm_credits_used');
    const everything = [...printed, ...logs, ...metrics].join('\n');
    for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
  });
});

/** The last one: services that know the key before alone cannot read what was sealed anew. */
describe('connection rotate-key', () => {
  const next = randomBytes(32).toString('hex');

  it('counts in a dry run, seals everything anew, and has nothing to do the second time', async () => {
    const { secretKey } = fixture.system.details;
    const env = { CAUSEWAY_SECRET_KEY: next, CAUSEWAY_OTHER_SECRET_KEYS: secretKey };
    const counted = json(await verb(['connection', 'rotate-key', '--dry-run', '--json'], env));
    expect(counted).toMatchObject({
      dryRun: true,
      places: [{ place: 'connections', rows: 1, unreadable: [] }, {}, {}],
    });
    const rotated = await verb(['connection', 'rotate-key', '--batch', '1'], env);
    expect(rotated.code).toBe(0);
    const { rows } = await sql<{ sealed: string }>`
      select client_secret_sealed as sealed from connections.connections`.execute(fixture.integration);
    expect(
      rows.every(
        ({ sealed }) => createSecretBox({ key: next }).keyIdOf(sealed) === createSecretBox({ key: next }).keyId,
      ),
    ).toBe(true);
    const only = { CAUSEWAY_SECRET_KEY: next };
    expect(json(await verb(['connection', 'rotate-key', '--json'], only))).toMatchObject({
      places: [{ rows: 0 }, { rows: 0 }, { rows: 0 }],
    });
    expect((await verb(['fields', 'plan', '--pack', 'signup-lead'], only)).code).toBe(0);
    expect(printed.join('\n')).not.toContain(next);
  });

  it('names what it cannot open, and exits 1', async () => {
    const result = await verb(['connection', 'rotate-key'], { CAUSEWAY_SECRET_KEY: randomBytes(32).toString('hex') });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('connections zoho-portal cannot be opened: it needs the key');
  });
});
