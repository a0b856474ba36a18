import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { writeRunFile } from '#system';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { actionsOf, type PageAction } from '../support/page.commands.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

/** Every command and query of the pages for users, and what timeline and explain say, on one system. */
const USER = 'page-user';
const PAGES = ['for-product-developers', 'for-platform-operators', 'for-data-analysts'];
/** Verbs that are told the system by its file; the others by settings. */
const BY_FILE = ['settle', 'doctor'];

let fixture: SystemFixture;
let folder: string;
let names: Record<string, string>;

beforeAll(async () => {
  fixture = await SystemFixture.start();
  folder = await mkdtemp(join(tmpdir(), 'causeway-pages-'));
  await writeRunFile(fixture.system.details, systemFile());
  await live();
  const records = await fixture.simulator.records('Leads');
  const parked = JSON.parse((await verb('parked', 'list', '--json')).stdout) as { id: string }[];
  const setAside = JSON.parse((await verb('set-aside', 'list', '--json')).stdout) as { id: string }[];
  names = {
    USER_ID: USER,
    PRODUCT_URL: fixture.system.details.products['portal']?.url ?? '',
    CONNECTION: 'zoho-portal',
    RECORD_ID: records.find((lead) => lead['External_User_ID'] === USER)?.id ?? 'none',
    PARKED_ID: parked[0]?.id ?? 'none',
    SET_ASIDE_ID: setAside[0]?.id ?? 'none',
  };
});
afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
});

const systemFile = (): string => join(folder, 'system.json');

/** A user signs up and changes the phone number, a person works on the Lead; one command is refused, and one event cannot be used. */
async function live(): Promise<void> {
  const { product, simulator } = fixture;
  await sql`insert into public.users (id, email, full_name, phone)
            values (${USER}, 'page@example.test', 'Ana Ruiz', '555-0100')`.execute(product);
  await fixture.quiet();
  await sql`update public.users set phone = '555-0199' where id = ${USER}`.execute(product);
  await fixture.quiet();
  await simulator.act('edit', {
    module: 'Leads',
    match: { External_User_ID: USER },
    fields: { Lead_Status: 'Contacted' },
    user: 'Sam Sales',
  });
  await until('the edit in the product', async () => {
    const { rows } = await sql<{ status: string | null }>`
      select crm_status as status from public.users where id = ${USER}`.execute(product);
    return rows[0]?.status === 'Contacted' ? true : null;
  });
  const details = { api_name: 'Company', json_path: '$.data[0].Company' };
  const item = { code: 'MANDATORY_NOT_FOUND', details, message: 'required field not found', status: 'error' };
  await simulator.act('faults', { kind: 'records.upsert', effect: { status: 400, body: { data: [item] } } });
  await sql`insert into public.users (id, email, full_name) values ('page-refused', 'no@example.test', 'Bo Lee')`.execute(
    product,
  );
  await until('the refused command', async () => {
    const { rows } = await sql`select 1 from ledger.commands where state = 'parked'`.execute(fixture.integration);
    return rows.length > 0 ? true : null;
  });
  await simulator.clearFaults();
  await sql`select outbox.emit('user', 'page-odd', 'user.unheard_of', '{}', tenant_id => 'portal')`.execute(product);
  await until('the event that is set aside', async () => {
    const { rows } = await sql`select 1 from relay.set_aside`.execute(fixture.integration);
    return rows.length > 0 ? true : null;
  });
}

function verb(...args: string[]): Promise<CliResult> {
  const { details } = fixture.system;
  const [first = ''] = args;
  if (BY_FILE.includes(first)) return causeway([...args, '--system', systemFile()]);
  const source = details.sources.find(({ name }) => name === 'portal');
  if (args.includes('--source') && source !== undefined) return causeway([...args, '--system', systemFile()]);
  return causeway(args, {
    CAUSEWAY_INTEGRATION_URL: details.integration.url,
    CAUSEWAY_SECRET_KEY: details.secretKey,
    CAUSEWAY_PACKS: details.packs.join(','),
    CAUSEWAY_TOPIC_PREFIX: details.topicPrefix,
    CAUSEWAY_KAFKA_BROKERS: details.kafka.brokers.join(','),
  });
}

describe('the pages for users', () => {
  it.each(PAGES)('%s: every command and query on it works', async (name) => {
    const page = await readFile(join(import.meta.dirname, '../../docs', `${name}.md`), 'utf8');
    expect(page.match(/^## \d+\. /gm)?.length).toBeGreaterThanOrEqual(10);
    const told: [line: string, outcome: unknown][] = [];
    for (const action of actionsOf(page, names)) told.push([action.line, await outcomeOf(action)]);
    expect(told).toEqual(told.map(([line]) => [line, 'works']));
  });

  async function outcomeOf(action: PageAction): Promise<unknown> {
    if (action.kind === 'query') {
      await sql.raw(action.sql).execute(action.database === 'product' ? fixture.product : fixture.integration);
      return 'works';
    }
    if (action.kind === 'elsewhere') {
      const spec = await readFile(join(import.meta.dirname, action.spec), 'utf8');
      return spec.includes(`['${action.args[1] ?? ''}', `) ? 'works' : `${action.spec} does not run it`;
    }
    const { code, stdout, stderr } = await verb(...action.args);
    return code === action.code ? 'works' : { code, stdout, stderr };
  }
});

describe('timeline and explain', () => {
  it('tell the same line by the entity and by the record, values hidden, in a table that fits', async () => {
    const [byEntity, byRecord] = [
      await verb('timeline', 'portal', USER),
      await verb('timeline', 'Leads', names['RECORD_ID'] ?? ''),
    ];
    expect(byEntity.code).toBe(0);
    expect(byRecord.stdout).toBe(byEntity.stdout);
    expect(Math.max(...byEntity.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const text of [
      'user.created in Kafka',
      'state phone: ••• -> •••',
      'Phone: ••• -> •••',
      'succeeded, 1 credit',
      'generation 1',
    ])
      expect(byEntity.stdout).toContain(text);
    for (const text of ['edit: Lead_Status', 'crm.lead.changed to the product'])
      expect(byEntity.stdout).toContain(text);
    expect(byEntity.stdout).not.toMatch(/555-01|Ruiz|Sam Sales/);
  });

  it('have stable shapes in JSON', async () => {
    const line = JSON.parse((await verb('timeline', 'portal', USER, '--json')).stdout) as { steps: object[] };
    expect(line).toMatchObject({
      found: true,
      values: false,
      product: 'portal',
      entityId: USER,
      tenantId: 'portal',
      isCut: false,
    });
    const step = {
      at: expect.any(String) as unknown,
      kind: expect.any(String) as unknown,
      what: expect.any(String) as unknown,
    };
    const none = {
      connectionId: null,
      recordKey: null,
      commandId: null,
      eventId: null,
      credits: null,
      by: null,
      changes: [],
    };
    for (const each of line.steps)
      expect(Object.keys(each).toSorted()).toEqual([...Object.keys(step), ...Object.keys(none)].toSorted());
    const why = JSON.parse((await verb('explain', 'portal', USER, 'Phone', '--json')).stdout) as object;
    expect(why).toMatchObject({
      found: true,
      recordKey: `Leads/${USER}`,
      field: 'Phone',
      value: '•••',
      cause: { kind: 'event', eventType: 'user.updated', state: ['phone'] },
      command: { state: 'succeeded', lane: 'live' },
      pending: null,
    });
  });

  it('say who looked at values', async () => {
    const asked = ['--values', '--by', 'ada', '--reason', 'asked by the user'];
    expect((await verb('explain', 'portal', USER, 'Phone', ...asked)).stdout).toContain('Phone is 555-0199');
    expect((await verb('timeline', 'portal', USER)).stdout).toContain('explain --values by ada: asked by the user');
  });

  it('say what is wrong with how they are used, that nothing is known, and what cannot be reached', async () => {
    const cases: [args: string[], code: number, said: string][] = [
      [['timeline', 'portal'], 2, 'missing required argument'],
      [['timeline', 'portal', USER, '--values'], 2, 'say why'],
      [['timeline', 'portal', USER, '--reason', 'x'], 2, 'go with --values'],
      [['timeline', 'portal', USER, '--limit', '0'], 2, '--limit wants'],
      [['timeline', 'portal', 'nobody'], 1, 'nothing is known of portal nobody'],
      [['timeline', 'Leads', '1', '--json'], 1, '{"found":false}'],
      [['explain', 'portal', USER, 'Fax'], 1, 'there is something of: '],
      [['explain', 'portal', 'nobody', 'Phone', '--json'], 1, '{"found":false,"known":[]}'],
      [['timeline', '--help'], 0, 'causeway timeline portal u1'],
      [['explain', '--help'], 0, 'causeway explain portal u1 Phone'],
    ];
    for (const [args, code, said] of cases) {
      const result = await verb(...args);
      expect([args, result.code, `${result.stdout}${result.stderr}`]).toEqual([
        args,
        code,
        expect.stringContaining(said),
      ]);
    }
    const away = { CAUSEWAY_INTEGRATION_URL: 'postgres://nobody@127.0.0.1:1/none' };
    for (const args of [
      ['timeline', 'portal', USER],
      ['explain', 'portal', USER, 'Phone'],
    ])
      expect((await causeway(args, away)).code).toBe(3);
  });
});
