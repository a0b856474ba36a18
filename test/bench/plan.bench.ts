import { parseArgs } from 'node:util';
import { BuggyOrders } from '../support/buggy.orders.ts';
import { machine } from './machine.ts';

/**
 * A mapping with a bug, at scale: so many records go wrong, the corrected version is planned, applied, and the CRM compared with what a run
 * of that version alone would have given. Exit 1 when the plan names other records than those, when its calls and credits are not those
 * that were made, or when anything differs at the end.
 */
const { values } = parseArgs({
  options: { records: { type: 'string', default: '5000' }, json: { type: 'boolean', default: false } },
});
const wrong = Number(values.records);
if (!Number.isInteger(wrong) || wrong < 1) throw new Error('--records wants a whole number');
const right = Math.ceil(wrong / 5);
const PATIENCE_MS = 600_000;
const BY = ['--by', 'bench', '--reason', 'the mapping was wrong'];

interface Planned {
  readonly id: string;
  readonly records: readonly { readonly record: string }[];
  readonly totals: { readonly calls: number; readonly credits: number };
}

const orders = await BuggyOrders.start({ wrong, right });
try {
  await orders.fixture.quiet(PATIENCE_MS);
  const wentWrong = new Set((await orders.differences()).map((each) => each.slice(0, each.indexOf('.'))));
  await orders.deployFix();
  const [planned, planSeconds] = await timed(async () => {
    const { stdout, stderr, code } = await orders.verb('plan', 'mapping', orders.fixed, '--save', ...BY, '--json');
    if (code !== 0) throw new Error(`the plan failed: ${stderr}`);
    return JSON.parse(stdout) as Planned;
  });
  const named = new Set(planned.records.map(({ record }) => record.slice('Leads/'.length)));
  const before = (await orders.fixture.simulator.calls()).length;
  const [, applySeconds] = await timed(async () => {
    const { stderr, code } = await orders.verb('apply', planned.id, ...BY, '--yes', '--json');
    if (code !== 0) throw new Error(`the application failed: ${stderr}`);
    await orders.fixture.quiet(PATIENCE_MS);
  });
  const calls = (await orders.fixture.simulator.calls()).slice(before);
  const writes = calls.filter(({ kind }) => kind === 'records.upsert' || kind === 'records.update');
  const figures = {
    records: wrong,
    wentWrong: wentWrong.size,
    planned: named.size,
    plannedOthers: [...named].filter((id) => !wentWrong.has(id)).length,
    plannedCalls: planned.totals.calls,
    plannedCredits: planned.totals.credits,
    calls: writes.length,
    credits: writes.reduce((sum, { credits }) => sum + Number(credits), 0),
    planSeconds,
    applySeconds,
    differences: (await orders.differences()).length,
  };
  report(figures);
  const isRight =
    figures.wentWrong === wrong &&
    figures.planned === wrong &&
    figures.plannedOthers === 0 &&
    figures.calls === figures.plannedCalls &&
    figures.credits === figures.plannedCredits &&
    figures.differences === 0;
  process.exitCode = isRight ? 0 : 1;
} finally {
  await orders.stop();
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const result = await work();
  return [result, Math.round((performance.now() - started) / 100) / 10];
}

function report(figures: Readonly<Record<string, number>>): void {
  const where = machine(orders.fixture.system.provider);
  const lines = Object.entries(figures).map(([name, figure]) => `  ${name.padEnd(16)}${String(figure).padStart(10)}`);
  process.stdout.write(
    `a mapping with a bug (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})\n${lines.join('\n')}\n`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, machine: where })}\n`);
}
