import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';
import { machine } from './machine.ts';
import { percentile } from '#observability';

/**
 * Freshness both ways, over records one after another at a steady pace, with the simulator's latency at zero:
 * commit of a sign-up -> the CRM has answered its write; a person's edit in the CRM -> the product's own row.
 */
const { values } = parseArgs({
  options: { records: { type: 'string', default: '500' }, json: { type: 'boolean', default: false } },
});
const records = Number(values.records);
if (!Number.isInteger(records) || records < 1) throw new Error('--records wants a whole number');

const fixture = await SystemFixture.start();
try {
  const ids = Array.from({ length: records }, (_, index) => `bench-${index}`);
  const toCrm: number[] = [];
  const toProduct: number[] = [];
  for (const [index, id] of ids.entries()) {
    toCrm.push(await commitToCrm(id));
    progress('commit -> CRM', index);
  }
  // Notifications of our own writes must not stand in the way of what is measured now.
  await fixture.quiet();
  for (const [index, id] of ids.entries()) {
    toProduct.push(await crmToProduct(id));
    progress('CRM -> product', index);
  }
  report({ commitToCrmMs: summary(toCrm), crmToProductMs: summary(toProduct) });
} finally {
  await fixture.stop();
}

async function commitToCrm(id: string): Promise<number> {
  await sql`insert into public.users (id, email, full_name) values (${id}, ${`${id}@example.test`}, 'Bench Mark')`.execute(
    fixture.product,
  );
  const committed = Date.now();
  const answered = await until(`the answer for ${id}`, async () => {
    const { rows } = await sql<{ at: Date }>`
      select a.finished_at as at from ledger.commands c join ledger.attempts a on a.command_id = c.id
       where c.product = 'portal' and c.entity_id = ${id} and a.outcome = 'succeeded'`.execute(fixture.integration);
    return rows[0]?.at;
  });
  return answered.getTime() - committed;
}

async function crmToProduct(id: string): Promise<number> {
  const edited = Date.now();
  await fixture.simulator.act('edit', {
    module: 'Leads',
    match: { External_User_ID: id },
    fields: { Lead_Status: 'Contacted' },
    user: 'Sam Sales',
  });
  await until(`the status of ${id}`, async () => {
    const { rows } = await sql<{ crm_status: string | null }>`
      select crm_status from public.users where id = ${id}`.execute(fixture.product);
    return rows[0]?.crm_status;
  });
  return Date.now() - edited;
}

interface Summary {
  readonly p50: number;
  readonly p99: number;
}

function summary(times: readonly number[]): Summary {
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

function progress(what: string, index: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${what}  ${index + 1}/${records} `);
}

function report(figures: { commitToCrmMs: Summary; crmToProductMs: Summary }): void {
  const where = machine(fixture.system.provider);
  if (process.stderr.isTTY) process.stderr.write('\n');
  const line = (name: string, { p50, p99 }: Summary): string =>
    `  ${name.padEnd(24)}${String(p50).padStart(8)} ms${String(p99).padStart(8)} ms`;
  process.stdout
    .write(`freshness over ${records} records (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
  ${''.padEnd(24)}${'p50'.padStart(8)}   ${'p99'.padStart(8)}
${line('commit -> CRM', figures.commitToCrmMs)}
${line('CRM edit -> product row', figures.crmToProductMs)}
`);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, records, machine: where })}\n`);
}
