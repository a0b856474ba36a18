import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { aNewCommand, integrationDatabase, type IntegrationContext } from '#testing';
import {
  claimCommands,
  countOpenCommands,
  insertCommands,
  settleCommands,
  connectionsWithWork,
  pruneHistory,
} from '#ledger';
import { startStack } from '#stack';
import { addHistory, costOf, unclaim, type StatementCost } from '../../libs/ledger/test/statement.cost.ts';
import { machine } from './machine.ts';

/**
 * What the dispatcher's statements cost behind a long history of finished commands, beside what they cost without one: pages that
 * were looked at, and milliseconds.
 */
const HELP = `npm run bench -- ledger [options]
Fills the ledger with finished commands and shows what claiming, settling and looking cost then.

  --history N  finished commands (1000000)
  --open N     open commands, of a fifth as many records (1000)
  --json       one JSON object as the last line
  --help       this text`;

const { values } = parseArgs({
  options: {
    history: { type: 'string', default: '1000000' },
    open: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
/** Rows of one statement that fills the history. */
const A_STATEMENT = 500_000;
const YEAR_MS = 365 * 86_400_000;

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;
type Costs = Readonly<Record<string, Pick<StatementCost, 'buffers' | 'milliseconds'>>>;

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

function count(name: 'history' | 'open'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1) return value;
  process.stderr.write(`--${name} wants a whole number, 1 or more\n${HELP}\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const [history, open] = [count('history'), count('open')];
  const stack = await startStack({ progress: () => undefined });
  process.env['CAUSEWAY_POSTGRES_URL'] = stack.postgresUrl;
  const context = await integrationDatabase('bench_ledger');
  try {
    const without = await measure(context, open);
    for (let left = history; left > 0; left -= A_STATEMENT) await addHistory(context.db, Math.min(left, A_STATEMENT));
    const behind = await measure(context, open);
    const { rows } = await sql<{ size: string }>`
      select pg_size_pretty(pg_total_relation_size('ledger.commands')) as size`.execute(context.db);
    report({ history, open, without, behind, size: rows[0]?.size ?? '', provider: stack.provider });
  } finally {
    await context[Symbol.asyncDispose]();
    await stack.stop();
  }
}

/** Each statement twice: the first time warms up. */
async function measure(context: IntegrationContext, open: number): Promise<Costs> {
  await sql`delete from ledger.commands where entity_id like 'u%'`.execute(context.db);
  await context.addConnection().catch(() => undefined);
  const seeds = Array.from({ length: open }, (_, at) => ({
    user: `u${at % Math.ceil(open / 5)}`,
    command: { fields: { Phone: String(at + 2) } },
  }));
  await insertCommands(context.db, seeds.map(aNewCommand));
  await sql`vacuum analyze ledger.commands, ledger.attempts`.execute(context.db);
  const options = { owner: 'bench', leaseMs: 60_000, limit: 100, connectionIds: ['c1'], coalesce: true };
  const costs: Record<string, StatementCost> = {};
  const cost = async (name: string, ...call: Tail<Parameters<typeof costOf>>): Promise<void> => {
    await costOf(context.pool, ...call);
    costs[name] = await costOf(context.pool, ...call);
  };
  const back = (): Promise<void> => unclaim(context.db);
  await cost('look for work', (db) => connectionsWithWork(db, ['c1']));
  await cost('count open commands', (db) => countOpenCommands(db));
  await cost('claim 100, coalesce', (db) => claimCommands(db, options), back);
  const claimed = await claimCommands(context.db, options);
  const outcome = (recordId: string) => ({ kind: 'succeeded', recordId, created: true }) as const;
  const settled = claimed.map((command) => ({ command, outcome: outcome(command.id) }));
  await cost(
    'settle 100',
    (db) => settleCommands(db, settled, { owner: 'bench', random: () => 0 }),
    async () => {
      await back();
      await claimCommands(context.db, options);
    },
  );
  await sql`update ledger.commands set state = 'parked' where entity_id like 'u%'`.execute(context.db);
  await cost('prune, nothing old', (db) => pruneHistory(db, { retentionMs: YEAR_MS, after: '0', limit: 5000 }));
  return costs;
}

function report(found: {
  readonly history: number;
  readonly open: number;
  readonly without: Costs;
  readonly behind: Costs;
  readonly size: string;
  readonly provider: string;
}): void {
  const { history, open, without, behind, size, provider } = found;
  const where = machine(provider);
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(24) : String(cell).padStart(16))).join('');
  const lines = Object.entries(behind).map(([name, each]) => {
    const young = without[name];
    const ms = (value: number | undefined): string => (value ?? 0).toFixed(1);
    return row([name, young?.buffers ?? 0, each.buffers, ms(young?.milliseconds), ms(each.milliseconds)]);
  });
  process.stdout.write(`the ledger behind ${history} finished commands (${size} with indexes), ${open} open ones
(${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
  ${row(['', 'pages, none', `pages, ${history}`, 'ms, none', `ms, ${history}`])}
${lines.map((line) => `  ${line}`).join('\n')}
`);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ history, open, without, behind, size, machine: where })}\n`);
}
