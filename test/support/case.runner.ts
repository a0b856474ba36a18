import { sql, type Kysely } from 'kysely';
import { matches, countHolds, type CaseStep, type Reference, type WorkedCase } from '#mapping';
import type { ProductDatabase } from '#postgres';
import type { CrmRecord } from './simulator.client.ts';
import type { SystemFixture } from './system.fixture.ts';

type SqlRow = Extract<CaseStep, { sql_row: object }>['sql_row'];

/** Plays a worked case (packs/README.md section 9) from the product's table to the simulated CRM. */
export async function playCase(fixture: SystemFixture, { steps }: WorkedCase): Promise<void> {
  for (const step of steps) {
    await playStep(fixture, step);
    if (!('no_wait' in step && step.no_wait === true)) await fixture.quiet();
  }
  await fixture.quiet();
}

async function playStep({ product, simulator }: SystemFixture, step: CaseStep): Promise<void> {
  if ('sql_row' in step) return playRow(product, step.sql_row);
  for (const action of ['create', 'edit', 'delete', 'convert', 'notify'] as const) {
    const body = Object.entries(step).find(([name]) => name === `crm_${action}`)?.[1];
    if (typeof body === 'object') return void (await simulator.act(action, body));
  }
  throw new Error(`this runner does not know the step ${Object.keys(step).join(', ')}`);
}

const ROLL_BACK = new Error('rolled back');

async function playRow(db: Kysely<ProductDatabase>, row: SqlRow): Promise<void> {
  await db
    .transaction()
    .execute(async (trx) => {
      await statementOf(row).execute(trx);
      if (row.rollback === true) throw ROLL_BACK;
    })
    .catch((error: unknown) => {
      if (error !== ROLL_BACK) throw error;
    });
}

function statementOf({ table, op, row = {}, key = {} }: SqlRow) {
  const where = sql.join(
    Object.entries(key).map(([name, value]) => sql`${sql.ref(name)} = ${value}`),
    sql` and `,
  );
  const names = Object.keys(row);
  if (op === 'delete') return sql`delete from ${sql.table(table)} where ${where}`;
  if (op === 'update') {
    const set = sql.join(names.map((name) => sql`${sql.ref(name)} = ${row[name]}`));
    return sql`update ${sql.table(table)} set ${set} where ${where}`;
  }
  return sql`insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))})
             values (${sql.join(names.map((name) => sql`${row[name]}`))})`;
}

/** What of `expect` does not hold, in words; empty when all of it does. */
export async function unmet({ simulator }: SystemFixture, { expect: wanted }: WorkedCase): Promise<string[]> {
  const modules = new Map<string, CrmRecord[]>();
  const recordsOf = async (module: string): Promise<CrmRecord[]> => {
    const known = modules.get(module) ?? (await simulator.records(module));
    modules.set(module, known);
    return known;
  };
  const found: string[] = [];
  const unknownLists = Object.keys(wanted).filter((list) => list !== 'records' && list !== 'absent');
  if (unknownLists.length > 0) throw new Error(`this runner does not check ${unknownLists.join(', ')}`);
  const noReference = (reference: Reference): never => {
    throw new Error(`this runner resolves no reference: ${JSON.stringify(reference)}`);
  };
  for (const { module, match, count = 1, fields = {} } of wanted.records ?? []) {
    const matching = (await recordsOf(module)).filter((record) => matches(match, record as never, noReference));
    if (!countHolds(matching.length, count))
      found.push(`${matching.length} records of ${module} match ${JSON.stringify(match)}`);
    for (const record of matching) {
      if (!matches(fields, record as never, noReference)) {
        const actual = Object.fromEntries(Object.keys(fields).map((name) => [name, record[name] ?? null]));
        found.push(`${module} has ${JSON.stringify(actual)}, not ${JSON.stringify(fields)}`);
      }
    }
  }
  for (const entry of wanted.absent ?? []) {
    if (!('module' in entry)) throw new Error('this runner checks no Zendesk objects');
    const { module, match } = entry;
    const matching = (await recordsOf(module)).filter((record) => matches(match, record as never, noReference));
    if (matching.length > 0) found.push(`${module} has a record like ${JSON.stringify(match)}`);
  }
  return found;
}
