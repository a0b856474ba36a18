import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { insertCommands } from '#ledger';
import { aNewCommand, type NewCommandSeed } from '#testing';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';
import { machine } from './machine.ts';

/**
 * What records that the CRM refuses for good cost the others: the same commands of the same records, once alone and once among
 * records of which each first command is rejected, so that all behind it wait.
 */
const HELP = `npm run bench -- parked [options]
Throughput of records that work, without and with records that the CRM rejects for good among them.

  --records N    records that work (1000)
  --commands N   commands of each record, one after another (10)
  --percent N    rejected records, as a part of all (20)
  --latency N    milliseconds that a call takes (300)
  --runs N       how often both are measured, in turns; the medians count (3)
  --json         one JSON object as the last line: withoutPerSecond withPerSecond percent
  --help         this text`;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000' },
    commands: { type: 'string', default: '10' },
    percent: { type: 'string', default: '20' },
    latency: { type: 'string', default: '300' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

function count(name: 'records' | 'commands' | 'percent' | 'latency' | 'runs', least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`--${name} wants a whole number, ${least} or more\n${HELP}\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const records = count('records', 1);
  const rejected = Math.round((records * count('percent', 0)) / (100 - count('percent', 0)));
  // Each command for itself: merged ones would hide what waits.
  const fixture = await SystemFixture.start({ env: { CAUSEWAY_COALESCING: 'false' }, watch: {} });
  const figures = { without: [] as number[], with: [] as number[] };
  try {
    await fixture.simulator.act('settings', { latencyMs: count('latency', 0) });
    await measure(fixture, { name: 'warm', records: 200, rejected: 0 });
    for (let run = 0; run < count('runs', 1); run += 1) {
      figures.without.push(await measure(fixture, { name: `a${run}`, records, rejected: 0 }));
      figures.with.push(await measure(fixture, { name: `b${run}`, records, rejected }));
    }
    report({ ...figures, records, rejected, provider: fixture.system.provider });
  } finally {
    await fixture.stop();
  }
}

/** Commands a second of the records that work, from the insert of all to the answer of their last. */
async function measure(
  { integration }: SystemFixture,
  given: { readonly name: string; readonly records: number; readonly rejected: number },
): Promise<number> {
  const all = given.records + given.rejected;
  const each = count('commands', 1);
  const isRejected = (at: number): boolean =>
    given.rejected > 0 && Math.floor(((at + 1) * given.rejected) / all) > Math.floor((at * given.rejected) / all);
  const seeds = Array.from({ length: each }, (_, turn) => turn).flatMap((turn) =>
    Array.from({ length: all }, (_, at): NewCommandSeed => {
      const user = `${given.name}-${isRejected(at) ? 'no' : 'ok'}-${at}`;
      // Longer than the field: the CRM says no, and always will.
      const Last_Name = isRejected(at) ? 'x'.repeat(200) : 'Bench';
      return {
        user,
        connectionId: 'zoho-portal',
        command: { fields: { Last_Name, Phone: `${at} ${turn}` }, trigger: [] },
      };
    }),
  );
  const begin = await now(integration);
  await integration.transaction().execute(async (trx) => {
    for (let at = 0; at < seeds.length; at += 2000)
      await insertCommands(trx, seeds.slice(at, at + 2000).map(aNewCommand));
  });
  const pattern = `${given.name}-ok-%`;
  const last = await until(
    'the records that work to be done',
    async () => {
      const { rows } = await sql<{ last: Date; open: number }>`
        select max(finished_at) as last, (count(*) filter (where state <> 'succeeded'))::integer as open
          from ledger.commands where product = 'portal' and entity_id like ${pattern}`.execute(integration);
      return rows[0]?.open === 0 ? rows[0].last : undefined;
    },
    600_000,
  );
  const { rows } = await sql<{ parked: number; behind: number }>`
    select (count(*) filter (where state = 'parked'))::integer as parked, (count(*) filter (where state = 'ready'))::integer as behind
      from ledger.commands where product = 'portal' and entity_id like ${`${given.name}-no-%`}`.execute(integration);
  const [found] = rows;
  if (found?.parked !== given.rejected || found.behind !== given.rejected * (each - 1))
    throw new Error(`${found?.parked} records were rejected, not ${given.rejected}`);
  return Math.round((given.records * each) / ((last.getTime() - begin.getTime()) / 1000));
}

async function now(db: SystemFixture['integration']): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return rows[0]?.now ?? new Date();
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function report(found: {
  readonly without: readonly number[];
  readonly with: readonly number[];
  readonly records: number;
  readonly rejected: number;
  readonly provider: string;
}): void {
  const where = machine(found.provider);
  const [withoutPerSecond, withPerSecond] = [median(found.without), median(found.with)];
  const percent = Math.round((withPerSecond / withoutPerSecond - 1) * 1000) / 10;
  process.stdout
    .write(`${found.records} records that work, ${values.commands} commands each, ${values.latency} ms a call
(${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
  alone                        ${withoutPerSecond} commands/s  (${found.without.join(', ')})
  among ${String(found.rejected).padEnd(4)} rejected ones     ${withPerSecond} commands/s  (${found.with.join(', ')})
  difference                   ${percent} %
`);
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ withoutPerSecond, withPerSecond, percent, records: found.records, rejected: found.rejected, machine: where })}\n`,
    );
}
