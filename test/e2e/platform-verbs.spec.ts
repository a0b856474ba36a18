import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { appProgram, writeRunFile } from '#system';
import { until } from '#testing';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';

/** What the platform team does from the command line, on a whole system. */
let fixture: SystemFixture;
let folder: string;
let file: string;

beforeAll(async () => {
  fixture = await SystemFixture.start();
  folder = await mkdtemp(join(tmpdir(), 'causeway-platform-'));
  file = join(folder, 'system.json');
  await writeRunFile(fixture.system.details, file);
  await signUp('p-1');
  await fixture.quiet();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await fixture.stop();
});

const BY = ['--by', 'ada', '--reason', 'asked by the platform team'];

interface Answer extends CliResult {
  readonly json: unknown;
}

async function verb(...args: string[]): Promise<Answer> {
  const { integration, secretKey, packs } = fixture.system.details;
  const result = await causeway(args, {
    CAUSEWAY_INTEGRATION_URL: integration.url,
    CAUSEWAY_SECRET_KEY: secretKey,
    CAUSEWAY_PACKS: packs.join(','),
  });
  return { ...result, json: args.includes('--json') && result.stdout !== '' ? JSON.parse(result.stdout) : null };
}
/** Of the whole system, sources and Kafka as well. */
const ofSystem = (...args: string[]): Promise<Answer> => verb(...args, '--system', file);
const signUp = async (id: string): Promise<void> => {
  await sql`insert into public.users (id, email, full_name) values (${id}, ${`${id}@example.test`}, 'Ana Ruiz')`.execute(
    fixture.product,
  );
};
const audited = async (): Promise<string[]> => {
  const { rows } = await sql<{ verb: string }>`
    select verb from ledger.audit where by_whom = 'ada' order by id`.execute(fixture.integration);
  return rows.map((row) => row.verb);
};
const widest = ({ stdout }: CliResult): number => Math.max(...stdout.split('\n').map(({ length }) => length));

interface Step {
  readonly step: string;
  readonly waiting: number | null;
  readonly perMinute: number | null;
}
interface Status {
  readonly flow: readonly Step[];
  readonly parts: readonly { readonly part: string; readonly reached: boolean }[];
  readonly remarks: readonly { readonly level: string; readonly what: string }[];
}

describe('status', () => {
  it('is one screen for people, and the same as JSON', async () => {
    const shown = await ofSystem('status');
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toContain('nothing is wrong');
    for (const what of ['product → CRM', 'CRM → product', 'credits', 'channel', 'slot'])
      expect(shown.stdout).toContain(what);
    expect(widest(shown)).toBeLessThanOrEqual(100);

    const { code, json } = await ofSystem('status', '--json');
    const status = json as Status;
    expect(code).toBe(0);
    expect(status.parts.map(({ part, reached }) => `${part} ${reached}`)).toEqual([
      'source portal true',
      'source crm true',
      'kafka true',
      'integration database true',
      'publisher portal true',
      'publisher crm true',
      'relay true',
      'webhooks true',
    ]);
    expect(status.flow.map(({ step, waiting }) => [step, waiting])).toEqual([
      ['outbox portal', 0],
      ['slot portal', expect.any(Number) as unknown],
      ['Kafka → mapper', 0],
      ['ledger', 0],
      ['CRM', 0],
      ['notifications', 0],
      ['dirty → hydrated', 0],
      ['product events', 0],
      ['slot crm', expect.any(Number) as unknown],
    ]);
  });

  it('looks again and again until it is ended', async () => {
    const child = spawn(process.execPath, [appProgram('cli'), 'status', '--watch', '1', '--json', '--system', file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    const exited = once(child, 'exit');
    let seen = 0;
    for await (const line of lines) {
      expect(JSON.parse(line)).toHaveProperty('flow');
      seen += 1;
      if (seen === 2) child.kill('SIGINT');
    }
    expect(await exited).toEqual([0, null]);
    expect(seen).toBeGreaterThanOrEqual(2);
  });

  it('ends with 3 when nothing can be reached, and names it', async () => {
    const nothing = await causeway(['status', '--json'], {
      CAUSEWAY_INTEGRATION_URL: 'postgres://nobody@127.0.0.1:1/none',
      CAUSEWAY_KAFKA_BROKERS: '127.0.0.1:1',
    });
    expect(nothing.code).toBe(3);
    expect((JSON.parse(nothing.stdout) as Status).remarks.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^kafka cannot be reached/),
      expect.stringMatching(/^integration database cannot be reached/),
    ]);
  });
});

describe('throttle', () => {
  const count = async (state: string): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from ledger.commands where state = ${state} and entity_id like 't-%'`.execute(
      fixture.integration,
    );
    return rows[0]?.count ?? 0;
  };

  it('lets so much out within two seconds, is listed, and ends when it is cleared', async () => {
    const set = await verb('throttle', 'set', '--connection', 'zoho-portal', '--commands', '0.001', ...BY, '--json');
    expect(set).toMatchObject({ code: 0, json: { done: true, unit: 'commands', perSecond: 0.001 } });
    const returned = performance.now();
    await until(() => performance.now() - returned > 2000, { what: 'two seconds' });
    for (const id of ['t-1', 't-2', 't-3']) await signUp(id);
    await until(async () => (await count('succeeded')) === 1 && (await count('ready')) === 2);
    expect((await verb('throttle', 'list', '--json')).json).toMatchObject([
      { direction: 'out', connectionId: 'zoho-portal', perSecond: 0.001, by: 'ada' },
    ]);
    const listed = await verb('throttle', 'list');
    expect(listed.stdout).toContain('to the CRM, connection zoho-portal');
    expect(widest(listed)).toBeLessThanOrEqual(100);
    const status = (await ofSystem('status', '--json')).json as Status;
    expect(status.flow.find(({ step }) => step === 'ledger')?.waiting).toBe(2);
    expect(status.remarks.some(({ what }) => what.startsWith('throttled to'))).toBe(true);
    expect(await count('ready')).toBe(2);
    const waiting = (await verb('commands', 'list', '--state', 'ready', '--json')).json as { waitingFor: string[] }[];
    expect(waiting.map(({ waitingFor }) => waitingFor)).toEqual([['a throttle'], ['a throttle']]);
    expect((await verb('throttle', 'clear', '--connection', 'zoho-portal', ...BY)).code).toBe(0);
    await until(async () => (await count('succeeded')) === 3);
    expect((await verb('throttle', 'list')).stdout).toBe('nothing is throttled\n');
    expect((await verb('throttle', 'clear', '--connection', 'zoho-portal', ...BY)).code).toBe(1);
    expect((await verb('throttle', 'set', '--connection', 'nobody', '--calls', '2', ...BY)).code).toBe(1);
    expect(await audited()).toEqual(['throttle set', 'throttle clear']);
  });
});

describe('connections', () => {
  it('list and test: what the CRM says of them', async () => {
    expect((await verb('connections', 'list', '--json')).json).toMatchObject([{ id: 'zoho-portal', state: 'active' }]);
    const tried = await verb('connections', 'test', 'zoho-portal', '--json');
    expect(tried.code).toBe(0);
    const { findings } = tried.json as { findings: { check: string; status: string }[] };
    expect(findings.map(({ check, status }) => `${status} ${check}`)).toEqual([
      'ok state',
      'ok secrets',
      'ok CRM',
      'ok set-up of signup-lead',
    ]);
    await fixture.simulator.act('faults', { kind: 'org', effect: { status: 503, body: {} } });
    expect((await verb('connections', 'test', 'zoho-portal')).code).toBe(3);
    await fixture.simulator.clearFaults();
  });

  it('add with secrets of a file, and remove what was added: planned first, done with --yes, written down', async () => {
    const { url, accountsUrl, clientId, clientSecret, refreshToken } = fixture.system.details.simulator;
    const secrets = join(folder, 'secrets.json');
    await writeFile(secrets, JSON.stringify({ client_secret: clientSecret, refresh_token: refreshToken }));
    const own = ['--client-id', clientId, '--accounts-url', accountsUrl, '--api-domain', url];
    const add = ['connections', 'add', 'zoho-other', '--tenant', 'other', ...own];
    expect((await verb(...add, ...BY)).stderr).toContain('--secrets');
    const added = await verb(...add, ...BY, '--secrets', secrets, '--json');
    expect(added).toMatchObject({ code: 0, json: { done: true, id: 'zoho-other' } });
    expect((await verb(...add, ...BY, '--secrets', secrets)).code).toBe(1);
    expect((await verb('connections', 'test', 'zoho-other')).code).toBe(0);

    const planned = await verb('connections', 'remove', 'zoho-other', ...BY);
    expect([planned.code, planned.stdout.includes('secrets are erased')]).toEqual([2, true]);
    const removed = await verb('connections', 'remove', 'zoho-other', ...BY, '--yes', '--json');
    expect(removed).toMatchObject({ code: 0, json: { done: true, skipped: 0, channelsLeft: [] } });
    expect((await verb('connection', 'list', '--json')).json).toMatchObject([
      { id: 'zoho-other', state: 'disconnected' },
      { id: 'zoho-portal', state: 'active' },
    ]);
    expect((await audited()).slice(-2)).toEqual(['connections add', 'connections remove']);
    for (const { stdout, stderr } of [added, planned, removed])
      for (const secret of [clientSecret, refreshToken]) expect(stdout + stderr).not.toContain(secret);
  });
});

describe('topics', () => {
  it('check finds them as declared, create makes those that are not there yet', async () => {
    const checked = await ofSystem('topics', 'check', '--json');
    expect(checked.code).toBe(0);
    const topics = checked.json as { topic: string; status: string }[];
    expect(new Set(topics.map(({ status }) => status))).toEqual(new Set(['ok', 'later']));
    const shown = await ofSystem('topics', 'check');
    expect(shown.stdout).toContain('every topic is as declared');
    expect(widest(shown)).toBeLessThanOrEqual(100);
    const planned = await ofSystem('topics', 'create', ...BY);
    expect([planned.code, planned.stdout.includes('causeway.parked-keys: 1 partitions')]).toEqual([2, true]);
    const created = await ofSystem('topics', 'create', ...BY, '--yes', '--json');
    expect(created.code).toBe(0);
    expect((created.json as { created: string[] }).created.length).toBeGreaterThan(0);
    const again = (await ofSystem('topics', 'check', '--json')).json as { status: string }[];
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['ok']));
  });
});

describe('doctor', () => {
  it('--fix does what is safe, says so, and has nothing to do the second time', async () => {
    await sql`do $$ begin execute (select 'drop table outbox.' || quote_ident(relname) from pg_class
      where relname = 'events_' || to_char(now() at time zone 'UTC' + interval '1 day', 'YYYYMMDD')); end $$`.execute(
      fixture.product,
    );
    const before = await ofSystem('doctor');
    expect(before.stdout).toContain('causeway doctor --fix puts 1 of these right');
    const fixed = await ofSystem('doctor', '--fix', '--by', 'ada', '--json');
    expect(fixed.code).toBe(0);
    expect(fixed.json).toMatchObject({
      fixed: [{ fix: { name: 'outbox-partitions', of: 'portal' }, check: 'portal: upkeep', done: true }],
    });
    expect((await ofSystem('doctor', '--fix', '--json')).json).toMatchObject({ fixed: [] });
    expect((await audited()).at(-1)).toBe('doctor fix');
  });

  it('--fix has a channel renewed that is near its expiry, by the webhook service', async () => {
    // Nobody renews while another one leads the keepers.
    const asked = Promise.withResolvers<Answer>();
    await fixture.integration.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('causeway/keeper', 0))`.execute(trx);
      await sql`update webhooks.channels set subscribed_at = now() - interval '160 hours', expires_at = now() + interval '7 hours'`.execute(
        fixture.integration,
      );
      const { findings } = (await ofSystem('doctor', '--json')).json as { findings: { check: string }[] };
      expect(findings.find(({ check }) => check.startsWith('channel '))).toMatchObject({
        check: 'channel zoho-portal Leads',
        status: 'note',
        detail: 'expires in 420 min, and was not renewed at half of its life',
        fix: { name: 'channel-renewal' },
      });
      void ofSystem('doctor', '--fix', ...BY, '--json').then(asked.resolve, asked.reject);
      await until(async () => {
        const { rows } = await sql`select 1 from webhooks.channels where renew_asked_at is not null`.execute(
          fixture.integration,
        );
        return rows.length > 0;
      });
    });
    const { code, json } = await asked.promise;
    expect([code, json]).toMatchObject([
      0,
      { fixed: [{ fix: { name: 'channel-renewal' }, check: 'channel zoho-portal Leads', done: true }] },
    ]);
    const [channel] = (await verb('channels', 'list', '--json')).json as { secondsLeft: number; isLate: boolean }[];
    expect([channel?.isLate, (channel?.secondsLeft ?? 0) > 8 * 3600]).toEqual([false, true]);
    expect((await audited()).slice(-2)).toEqual(['channels renew', 'doctor fix']);
    expect((await ofSystem('doctor', '--fix', '--json')).json).toMatchObject({ fixed: [] });
  });
});

describe('events tail', () => {
  it('shows what was told without personal values, and follows what comes', async () => {
    const tail = await ofSystem('events', 'tail', '--topic', 'portal.user', '--key', 'p-1', '--since', '1d');
    expect([tail.code, tail.stderr]).toEqual([0, '']);
    expect(tail.stdout).toContain('user.created');
    expect(tail.stdout).not.toContain('Ruiz');
    expect(widest(tail)).toBeLessThanOrEqual(100);
    const shown = await ofSystem(
      'events',
      'tail',
      '--topic',
      'portal.user',
      '--key',
      'p-1',
      '--limit',
      '1',
      '--personal',
      '--json',
    );
    expect(shown.json).toMatchObject({ type: 'user.created', key: 'p-1', data: { full_name: 'Ana Ruiz' } });
    expect((await ofSystem('events', 'tail', '--type', 'no.such')).stdout).toBe('there is no such event\n');
    const following = ofSystem(
      'events',
      'tail',
      '--topic',
      'portal.user',
      '--key',
      'p-9',
      '--follow',
      '--limit',
      '1',
      '--json',
    );
    await signUp('p-9');
    expect((await following).json).toMatchObject({ type: 'user.created', data: { full_name: '[hidden]' } });
  });
});

describe('wrong use', () => {
  it.each([
    [['throttle', 'set', '--commands', '2', '--reason', 'x'], 'name --connection'],
    [['throttle', 'set', '--connection', 'zoho-portal', '--reason', 'x'], 'either --calls or --commands'],
    [['throttle', 'set', '--connection', 'zoho-portal', '--calls', '0', '--reason', 'x'], 'above 0'],
    [['throttle', 'set', '--connection', 'zoho-portal', '--calls', '2'], 'say why'],
    [
      ['throttle', 'set', '--direction', 'in', '--pack', 'p', '--calls', '2', '--reason', 'x'],
      'goes with --connection only',
    ],
    [['connections', 'add', 'x', '--reason', 'x'], 'needs --tenant and --client-id'],
    [['connections', 'test', 'nobody'], 'CONNECTION_MISSING'],
    [['events', 'tail', '--since', 'yesterday'], '--since wants'],
    [['status', '--watch', 'often'], '--watch wants'],
  ])('%j is exit 2', async (args, said) => {
    const { code, stderr } = await verb(...args);
    expect([code, stderr.includes(said)]).toEqual([2, true]);
  });

  it('removing what is not there is exit 1, and each verb has help with an example', async () => {
    expect((await verb('connections', 'remove', 'nobody', ...BY, '--yes')).code).toBe(1);
    const verbs = [
      ['status'],
      ['throttle', 'set'],
      ['connections', 'add'],
      ['topics', 'check'],
      ['doctor'],
      ['events', 'tail'],
    ];
    for (const name of verbs) {
      const { code, stdout } = await verb(...name, '--help');
      expect([name, code, stdout.includes('Example: causeway')]).toEqual([name, 0, true]);
    }
  });
});
