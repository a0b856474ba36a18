import { sql } from 'kysely';
import type { CliResult } from '../support/cli.process.ts';
import { BuggyOrders } from '../support/buggy.orders.ts';
import { causeway } from '../support/cli.process.ts';

/**
 * A mapping with a bug is deployed and records go wrong; the fix is planned and applied, through the command line, on a whole system.
 * `npm run bench -- plan` does the same with 5,000.
 */
const [WRONG, RIGHT] = [200, 60];
const BY = ['--by', 'ada', '--reason', 'cents for euros'];

let orders: BuggyOrders;
beforeAll(async () => {
  orders = await BuggyOrders.start({ wrong: WRONG, right: RIGHT });
  await orders.fixture.quiet();
});
afterAll(() => orders.stop());

interface Printed {
  readonly id: string;
  readonly records: { record: string; fields: string[]; differences?: object[] }[];
  readonly totals: { calls: number; credits: number };
}
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);
const planOf = (result: CliResult): Printed => json(result) as Printed;
const isNarrow = ({ stdout }: CliResult): boolean => stdout.split('\n').every((line) => line.length <= 100);
const wrongOnes = Array.from({ length: WRONG }, (_, at) => `Leads/${at + 1}`).sort();

async function writes(since: number): Promise<{ calls: number; credits: number }> {
  const calls = (await orders.fixture.simulator.calls()).slice(since);
  const found = calls.filter(({ kind }) => kind === 'records.upsert' || kind === 'records.update');
  return { calls: found.length, credits: found.reduce((sum, { credits }) => sum + Number(credits), 0) };
}

it('the fix is planned, names exactly what is wrong with its credits, is applied, and the CRM is as after a clean run', async () => {
  expect((await orders.differences()).length).toBe(WRONG * 3);
  await orders.deployFix();
  const asked = (await orders.fixture.simulator.calls()).length;

  const looked = await orders.verb('plan', 'mapping', orders.fixed, '--made-by', '1', '--json');
  expect(looked.code).toBe(0);
  const plan = planOf(looked);
  expect(plan).toMatchObject({
    id: null,
    kind: 'mapping',
    pack: 'orders',
    version: 2,
    lane: 'replay',
    totals: {
      keys: WRONG + RIGHT,
      // The fold has no bug: the states stay.
      states: 0,
      compared: WRONG + RIGHT,
      equal: RIGHT,
      change: WRONG,
      create: 0,
      calls: WRONG / 100,
      credits: WRONG / 10,
      workflows: 0,
      workflowsHeld: WRONG,
      byField: { Annual_Revenue: WRONG, City: WRONG, Designation: WRONG },
    },
    left: [],
  });
  expect(plan.records.map(({ record }) => record).sort()).toEqual(wrongOnes);
  expect(plan.records.every(({ differences }) => differences === undefined)).toBe(true);
  expect(await writes(asked)).toEqual({ calls: 0, credits: 0 });

  const shown = await orders.verb('plan', 'mapping', orders.fixed, '--limit', '3');
  expect([shown.code, isNarrow(shown), shown.stdout.includes(`and ${WRONG - 3} more`)]).toEqual([0, true, true]);
  expect(shown.stdout).not.toContain('blue');
  expect((await orders.verb('plan', 'mapping', orders.fixed, '--save')).code).toBe(2);
  const saved = planOf(await orders.verb('plan', 'mapping', orders.fixed, '--save', ...BY, '--json'));
  const kept = await orders.verb('plan', 'show', saved.id, '--values');
  expect([kept.code, isNarrow(kept), kept.stdout.includes('"blue 1')]).toEqual([0, true, true]);

  const announced = await orders.verb('apply', saved.id, ...BY);
  expect([announced.code, announced.stdout.includes(`${WRONG} of ${WRONG} keys`)]).toEqual([2, true]);
  expect((await orders.verb('apply', saved.id, '--yes')).code).toBe(2);
  const before = (await orders.fixture.simulator.calls()).length;
  const applied = await orders.verb('apply', saved.id, ...BY, '--yes', '--json');
  expect(json(applied)).toEqual({
    done: true,
    id: saved.id,
    state: 'applied',
    keys: WRONG,
    commands: WRONG,
    applied: WRONG,
    of: WRONG,
    stop: null,
  });
  expect(applied.code).toBe(0);
  await orders.fixture.quiet();
  expect(await orders.differences()).toEqual([]);
  expect(await writes(before)).toEqual({ calls: saved.totals.calls, credits: saved.totals.credits });
  expect((await orders.verb('apply', saved.id, ...BY, '--yes')).code).toBe(0);

  const differ = await orders.verb('pack', 'diff', orders.buggy, orders.fixed, '--kept', '--json');
  expect([differ.code, json(differ)]).toMatchObject([
    0,
    { pack: 'orders', from: 1, to: 2, cases: [], kept: { keys: WRONG + RIGHT, differing: WRONG, failed: 0 } },
  ]);
  expect(isNarrow(await orders.verb('pack', 'diff', orders.buggy, orders.fixed, '--kept'))).toBe(true);

  for (const kind of ['mapping', 'replay', 'backfill']) {
    const again = planOf(await orders.verb('plan', kind, orders.fixed, '--json'));
    expect([kind, again.records, again.totals]).toMatchObject([kind, [], { equal: WRONG + RIGHT }]);
  }
  const { rows } = await sql<{ verb: string; count: number }>`
    select verb, count(*)::integer as count from ledger.audit where by_whom = 'ada' group by verb order by verb`.execute(
    orders.fixture.integration,
  );
  expect(rows).toEqual([
    { verb: 'plan apply', count: WRONG },
    { verb: 'plan save', count: 1 },
  ]);
});

it('a plan that the world has overtaken stops, and says where', async () => {
  const planned = planOf(await orders.verb('plan', 'replay', orders.buggy, '--keys', '7', '--save', ...BY, '--json'));
  expect(planned.records).toMatchObject([{ record: 'Leads/7', action: 'change' }]);
  await orders.fixture.simulator.act('edit', {
    module: 'Leads',
    match: { Order_ID: '7' },
    fields: { Designation: 'by hand' },
  });
  const announced = await orders.verb('apply', planned.id, ...BY);
  expect(announced.stdout).toContain('1 of 1 key\n1 key looked at, ');
  expect(announced.stdout).not.toMatch(/\b1 (?:keys|states|records|calls|credits|workflows|writes|events)\b/);
  const stopped = await orders.verb('apply', planned.id, ...BY, '--yes');
  expect([stopped.code, stopped.stdout]).toEqual([
    1,
    expect.stringContaining('Leads/7: Designation holds something else'),
  ]);
  const listed = json(await orders.verb('plan', 'list', '--json')) as { id: string; state: string }[];
  expect(listed.map(({ id, state }) => [id, state])).toEqual([
    [planned.id, 'stopped'],
    [expect.any(String), 'applied'],
  ]);
  expect(isNarrow(await orders.verb('plan', 'list'))).toBe(true);
});

it('reconcile names what differs and why, puts right what is little, and leaves what is much to a person', async () => {
  const NIGHTLY = ['--by', 'cron', '--reason', 'nightly'];
  const reconcile = (...args: string[]): Promise<CliResult> =>
    orders.verb('reconcile', orders.fixed, ...NIGHTLY, ...args);
  const edit = (order: number, fields: object): Promise<unknown> =>
    orders.fixture.simulator.act('edit', { module: 'Leads', match: { Order_ID: String(order) }, fields });
  const ofLane = async (): Promise<object[]> => {
    const { rows } = await sql<object>`
      select trigger, count(*)::integer as count from ledger.commands where lane = 'reconcile' group by trigger`.execute(
      orders.fixture.integration,
    );
    return rows;
  };
  await edit(8, { Designation: 'red' });
  await edit(9, { Designation: 'green' });

  const looked = await reconcile('--json');
  expect([looked.code, json(looked)]).toMatchObject([
    1,
    {
      scope: 'all',
      compared: WRONG + RIGHT,
      busy: 0,
      missing: 0,
      unknownUser: 0,
      action: 'waiting_for_approval',
      repaired: 0,
      plan: expect.any(String) as unknown,
    },
  ]);
  const found = json(looked) as { examples: object[]; different: number; byCause: object };
  expect(found.examples).toContainEqual({
    key: '9',
    record: 'Leads/9',
    finding: 'different',
    field: 'Designation',
    cause: 'edited_by_person',
  });
  const chosen = json(await reconcile('--keys', '9', '--values', '--json'));
  expect(chosen).toMatchObject({
    scope: 'chosen',
    compared: 1,
    different: 1,
    examples: [{ record: 'Leads/9', crm: 'green', product: 'blue 9' }],
  });
  const shown = await reconcile('--keys', '9');
  expect([shown.code, isNarrow(shown), shown.stdout.includes('green')]).toEqual([1, true, false]);
  expect(shown.stdout).toMatch(/^0 missing, 1 different \(100 %\): 1 edited_by_person$/m);
  expect(shown.stdout).toMatch(/^different +Leads\/9 +edited_by_person +Designation$/m);
  expect(await ofLane()).toEqual([]);

  const repaired = await reconcile('--repair', '--json');
  expect([repaired.code, json(repaired)]).toMatchObject([
    0,
    { action: 'repaired', different: found.different, repaired: found.different, byCause: found.byCause },
  ]);
  await orders.fixture.quiet();
  expect(await orders.differences()).toEqual([]);
  expect(await ofLane()).toEqual([{ trigger: [], count: found.different }]);
  const again = await reconcile('--repair');
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing_to_do: 0 repaired\n')]);

  // More than five in a hundred of them.
  for (let order = 1; order <= 14; order += 1) await edit(order, { Designation: 'red' });
  const much = await reconcile('--repair', '--json');
  const { plan } = json(much) as { plan: string };
  expect([much.code, json(much)]).toMatchObject([1, { action: 'waiting_for_approval', different: 14, repaired: 0 }]);
  expect((await orders.differences()).length).toBe(14);
  expect((await orders.verb('apply', plan, ...NIGHTLY, '--yes')).code).toBe(0);
  await orders.fixture.quiet();
  expect(await orders.differences()).toEqual([]);

  await orders.fixture.simulator.act('create', { module: 'Leads', fields: { Last_Name: 'X', Order_ID: 'nobody' } });
  const stranger = await reconcile('--repair', '--json');
  expect([stranger.code, json(stranger)]).toMatchObject([
    0,
    {
      different: 0,
      unknownUser: 1,
      action: 'nothing_to_do',
      examples: [{ record: 'Leads/nobody', finding: 'unknown_user' }],
    },
  ]);
  const nothing = await reconcile('--keys', 'never-heard-of', '--repair', '--json');
  expect([nothing.code, json(nothing)]).toMatchObject([0, { compared: 0, action: 'nothing_to_do', examples: [] }]);

  await orders.fixture.simulator.act('faults', { method: 'GET', path: '/crm/*', effect: { status: 503 } });
  const away = await reconcile('--keys', '9');
  await orders.fixture.simulator.clearFaults();
  expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('the CRM could not be read')]);
});

it('says what is wrong with how it is used, and what cannot be reached', async () => {
  const cases: [args: string[], code: number, said: string][] = [
    [['plan', 'mapping', 'nonsense'], 2, 'PACK_UNKNOWN'],
    [['plan', 'mapping', orders.fixed, '--since', 'soon'], 2, '--since wants an instant'],
    [['plan', 'mapping', orders.fixed, '--keys', ','], 2, '--keys wants'],
    [['plan', 'show', '999'], 1, ''],
    [['apply', '999', ...BY, '--yes'], 1, ''],
    [['pack', 'diff', 'signup-lead', 'learning'], 2, 'two packs'],
    [['plan', 'mapping', '--help'], 0, ''],
    [['apply', '--help'], 0, ''],
    [['reconcile', ...BY], 2, "missing required argument 'pack'"],
    [['reconcile', 'nonsense', ...BY], 2, 'PACK_UNKNOWN'],
    [['reconcile', orders.fixed], 2, 'say why'],
    [['reconcile', orders.fixed, ...BY, '--keys', ','], 2, '--keys wants'],
    [['reconcile', '--help'], 0, ''],
  ];
  // One by one: the process that plays the command is faster than one for each.
  for (const [args, code, said] of cases) {
    const result = await orders.verb(...args);
    expect([args, result.code, result.stderr]).toEqual([args, code, expect.stringContaining(said)]);
  }
  const env = { CAUSEWAY_INTEGRATION_URL: 'postgres://u:p@127.0.0.1:1/none', CAUSEWAY_SECRET_KEY: 'ab'.repeat(32) };
  expect((await causeway(['plan', 'list'], env)).code).toBe(3);
  expect((await causeway(['reconcile', orders.fixed, ...BY], env)).code).toBe(3);
});
