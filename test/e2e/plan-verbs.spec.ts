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
  await orders.fixture.quiet(90_000);
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
  ];
  const results = await Promise.all(cases.map(([args]) => orders.verb(...args)));
  const told = results.map(({ code, stderr }, at) => [cases[at]?.[0], code, stderr.includes(cases[at]?.[2] ?? '')]);
  expect(told).toEqual(cases.map(([args, code]) => [args, code, true]));
  const nowhere = await causeway(['plan', 'list'], { CAUSEWAY_INTEGRATION_URL: 'postgres://u:p@127.0.0.1:1/none' });
  expect(nowhere.code).toBe(3);
});
