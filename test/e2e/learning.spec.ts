import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql, type QueryExecutorProvider } from 'kysely';
import { builtInPacks } from '#packs';
import { playCase, unmet } from '#cases';
import { causeway, causewayKilled, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

let fixture: SystemFixture;
let folder: string;
beforeAll(async () => {
  fixture = await SystemFixture.start({ pack: 'learning', product: 'learning', watch: {} });
  folder = await mkdtemp(path.join(tmpdir(), 'causeway-learning-'));
});
afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('users who were there before, by the command line', () => {
  /** More than a page of 500. */
  const USERS = 510;
  const BY = ['--by', 'ada', '--reason', 'those who were there before'];

  const settings = () => ({
    CAUSEWAY_INTEGRATION_URL: fixture.system.details.integration.url,
    CAUSEWAY_PRODUCT_URL: fixture.system.details.products['learning']?.url ?? '',
  });
  const backfill = (...args: string[]): Promise<CliResult> => causeway(['backfill', ...args], settings());
  const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);
  const file = (name: string): string => path.join(folder, name);
  const run = ['run', 'learning', '--table', 'public.learners', '--payload'];

  async function written(): Promise<{ rows: number; ids: number }> {
    const { rows } = await sql<{ rows: number; ids: number }>`
      select count(*)::integer as rows, count(distinct id)::integer as ids
        from outbox.events where event_type = 'user.snapshot_taken'`.execute(fixture.product);
    return rows[0] ?? { rows: 0, ids: 0 };
  }

  /** The process waits for a lock of ours in this database, and so stands still in the middle of its work. */
  const standsStill = (db: QueryExecutorProvider): Promise<number> =>
    until('a backfill that waits for a lock', async () => {
      const { rows } = await sql<{ pid: number }>`
        select pid from pg_stat_activity
         where datname = current_database() and application_name = 'causeway-cli' and wait_event_type = 'Lock'`.execute(
        db,
      );
      return rows[0]?.pid;
    });

  beforeAll(async () => {
    await writeFile(
      file('users.sql'),
      `jsonb_build_object('reason', 'migration', 'email', u.mail, 'last_name', u.name, 'registered_at', '2024-05-01T00:00:00Z')`,
    );
    await writeFile(file('wrong.sql'), `jsonb_build_object('email', u.post)`);
    await sql`create table public.learners (id uuid primary key, mail text, name text)`.execute(fixture.product);
  });

  it('says what is wrong with how it is used, what is not there and what cannot be reached', async () => {
    expect((await backfill('list')).stdout).toBe('there was no backfill\n');
    expect(json(await backfill('list', '--json'))).toEqual([]);
    const cases: [args: string[], code: number, said: string][] = [
      [['run'], 2, 'name the pack, --table and --payload'],
      [[...run, file('users.sql')], 2, 'say why'],
      [['run', 'nonsense', ...run.slice(2), file('users.sql'), ...BY], 2, 'PACK_UNKNOWN'],
      [[...run, file('absent.sql'), ...BY], 2, 'absent.sql cannot be read'],
      [[...run, file('wrong.sql'), ...BY], 2, 'u.post does not exist'],
      [[...run, file('users.sql'), '--event', 'user.sneezed', ...BY], 2, 'learning does not read user.sneezed'],
      [[...run, file('users.sql'), '--id-column', 'key', ...BY], 2, 'there is no column key in public.learners'],
      [[...run, file('users.sql'), ...BY], 2, 'add --yes'],
      [['run', '--resume', '99'], 2, 'there is no backfill 99'],
      [['status'], 2, "missing required argument 'id'"],
      [['status', '99'], 1, ''],
      [['status', 'x'], 1, ''],
      [['run', '--help'], 0, ''],
    ];
    for (const [args, code, said] of cases) {
      const result = await backfill(...args);
      expect([args, result.code, result.stderr]).toEqual([args, code, expect.stringContaining(said)]);
    }
    expect(json(await backfill('status', '99', '--json'))).toEqual({ found: false });
    const plan = ['will write user.snapshot_taken for 0 rows of public.learners, for learning'];
    expect(json(await backfill(...run, file('users.sql'), ...BY, '--json'))).toEqual({ done: false, plan });
    const nowhere = 'postgres://u:p@127.0.0.1:1/none';
    for (const name of ['CAUSEWAY_INTEGRATION_URL', 'CAUSEWAY_PRODUCT_URL']) {
      const env = { ...settings(), [name]: nowhere };
      expect([name, (await causeway(['backfill', ...run, file('users.sql'), ...BY, '--yes'], env)).code]).toEqual([
        name,
        3,
      ]);
    }
    expect((await causeway(['backfill', 'list'], { CAUSEWAY_INTEGRATION_URL: nowhere })).code).toBe(3);
    expect(json(await backfill('list', '--json'))).toEqual([]);
  });

  it('an empty table is done at once', async () => {
    const result = await backfill(...run, file('users.sql'), ...BY, '--yes', '--json');
    expect([result.code, json(result)]).toEqual([0, { done: true, id: '1', emitted: 0, total: 0 }]);
    expect(await backfill('status', '1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('backfill 1 of learning, done\n0 of 0 rows written'),
    });
  });

  it('killed in a page, and between a page and the note of it, it goes on, and nobody is there twice', async () => {
    await sql`
      insert into public.learners
      select ('0b000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'old' || n || '@example.test', 'Old ' || n
        from generate_series(1, ${USERS}::integer) n`.execute(fixture.product);
    const inPage = await fixture.product.transaction().execute(async (trx) => {
      await sql`select 1 from public.learners where id = '0b000000-0000-4000-8000-000000000250' for update`.execute(
        trx,
      );
      return causewayKilled(['backfill', ...run, file('users.sql'), ...BY, '--yes'], settings(), () =>
        standsStill(fixture.product),
      );
    });
    expect([inPage.code, inPage.stderr]).toEqual([null, '']);
    expect(await written()).toEqual({ rows: 0, ids: 0 });
    expect(json(await backfill('list', '--json'))).toMatchObject([
      { id: '2', pack: 'learning', state: 'running', place: null, emitted: 0, total: USERS, startedBy: 'ada' },
      { id: '1', state: 'done' },
    ]);
    expect((await backfill('status', '2')).code).toBe(1);

    await fixture.integration.transaction().execute(async (trx) => {
      await sql`select 1 from relay.backfills where id = 2 for update`.execute(trx);
      let waits = 0;
      await causewayKilled(['backfill', 'run', '--resume', '2'], settings(), async () => {
        waits = await standsStill(fixture.integration);
      });
      // Its session would still write the note, once it gets the lock.
      await sql`select pg_terminate_backend(${waits}::integer)`.execute(trx);
    });
    expect(await written()).toEqual({ rows: 500, ids: 500 });
    expect(json(await backfill('status', '2', '--json'))).toMatchObject({ state: 'running', emitted: 0, users: USERS });

    const gone = await backfill('run', '--resume', '2');
    expect(gone).toEqual({ code: 0, stdout: `backfill 2: ${USERS} rows written of ${USERS}, done\n`, stderr: '' });
    expect(await written()).toEqual({ rows: 500 + USERS, ids: USERS });
    await fixture.quiet();
    const contacts = (await fixture.simulator.records('Contacts')).map(({ Email }) => Email);
    expect([contacts.length, new Set(contacts).size]).toEqual([USERS, USERS]);
    const { rows } = await sql<object>`
      select lane, trigger, count(*)::integer as count, count(distinct entity_id)::integer as users
        from ledger.commands group by lane, trigger`.execute(fixture.integration);
    expect(rows).toEqual([{ lane: 'backfill', trigger: [], count: USERS, users: USERS }]);
  });

  it('tells how it came out, to people and to programs, and stands in the audit', async () => {
    const status = await backfill('status', '2', '--json');
    expect([status.code, json(status)]).toMatchObject([
      0,
      { id: '2', pack: 'learning', state: 'done', users: USERS, emitted: USERS, folded: USERS, done: USERS, left: 0 },
    ]);
    const shown = await backfill('status', '2');
    expect(shown.stdout.split('\n').slice(0, 3)).toEqual([
      'backfill 2 of learning, done',
      `${USERS} of ${USERS} rows written, ${USERS} folded; 0 needed nothing`,
      `${USERS} done, 0 refused, 0 wait; 0 left`,
    ]);
    const listed = await backfill('list');
    expect(listed.stdout).toMatch(/^2 +learning +public\.learners +done +510 of 510 +\S+ by ada$/m);
    expect(listed.stdout).not.toContain('jsonb_build_object');
    expect((await backfill('run', '--resume', '2')).code).toBe(0);
    expect(await written()).toEqual({ rows: 500 + USERS, ids: USERS });
    const { rows } = await sql<object>`
      select by_whom as by, reason, details->>'backfill' as id from ledger.audit where verb = 'backfill run' order by id`.execute(
      fixture.integration,
    );
    expect(rows).toEqual(['1', '2'].map((id) => ({ by: 'ada', reason: 'those who were there before', id })));
  });
});

/** What the cases expect of mails is left out by the pack: libs/packs/src/learning/cases.spec.ts lists it. */
describe('worked cases of learning, from the outbox to the CRM', () => {
  const cases = builtInPacks['learning']?.cases ?? [];

  it('has the cases of its page', () => {
    expect(cases).toHaveLength(8);
  });

  it.each(cases.map((worked) => [worked.name, worked] as const))('%s', async (_name, worked) => {
    await playCase(fixture, worked);
    expect(await unmet(fixture, worked)).toEqual([]);
  });

  it('every event of every case delivered twice changes nothing', async () => {
    const count = async (): Promise<number[]> =>
      Promise.all(['Contacts', 'Tasks'].map(async (module) => (await fixture.simulator.records(module)).length));
    const before = await count();
    for (const worked of cases) {
      await playCase(fixture, { ...worked, steps: worked.steps.map((step) => ({ ...step, no_wait: true })) });
    }
    for (const worked of cases) expect(await unmet(fixture, worked)).toEqual([]);
    expect(await count()).toEqual(before);
  });

  it('the nightly roll-up has a lane of its own and starts no automation', async () => {
    const { rows } = await sql<{ lane: string; trigger: string[] }>`
      select distinct c.lane, c.trigger from ledger.commands c where c.event_id = '0195a000-0000-7000-8000-000000010703'`.execute(
      fixture.integration,
    );
    expect(rows).toEqual([{ lane: 'reconcile', trigger: [] }]);
  });
});
