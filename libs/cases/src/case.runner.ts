import { sql, type Kysely } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { matches, countHolds, unmetEvents, type CaseStep, type Reference, type WorkedCase } from '#mapping';
import type { IntegrationDatabase, ProductDatabase } from '#postgres';
import { disconnect } from './case.disconnect.ts';
import type { CaseSystem } from './case.system.ts';
import type { CrmRecord } from './simulator.client.ts';

type EventStep = Extract<CaseStep, { event: object }>['event'];
type SqlRow = Extract<CaseStep, { sql_row: object }>['sql_row'];

/** Plays a worked case (packs/README.md section 9) from the product's table to the simulated CRM. */
export async function playCase(fixture: CaseSystem, { steps }: WorkedCase): Promise<void> {
  for (const step of steps) {
    await playStep(fixture, step);
    if (!('no_wait' in step && step.no_wait === true)) await fixture.quiet();
  }
  await fixture.quiet();
}

async function playStep(system: CaseSystem, step: CaseStep): Promise<void> {
  const { product, simulator } = system;
  if ('sql_row' in step) return playRow(product, step.sql_row);
  if ('event' in step) return playEvent(product, step.event);
  if ('disconnect' in step) return disconnect(system, step.disconnect);
  for (const action of ['create', 'edit', 'delete', 'convert', 'notify'] as const) {
    const body = Object.entries(step).find(([name]) => name === `crm_${action}`)?.[1];
    if (typeof body === 'object') return void (await simulator.act(action, body));
  }
  throw new Error(`this runner does not know the step ${Object.keys(step).join(', ')}`);
}

/** One outbox row in a transaction of its own. An id that was used before gives the same record once more. */
async function playEvent(db: Kysely<ProductDatabase>, event: EventStep): Promise<void> {
  await sql`
    select outbox.emit(${event.aggregate_type}, ${event.aggregate_id}, ${event.event_type},
                       ${JSON.stringify(event.payload)}::jsonb, id => ${event.id}::uuid,
                       occurred_at => ${event.occurred_at}::timestamptz, tenant_id => ${event.tenant_id ?? null},
                       partition_key => ${event.partition_key ?? null}, event_version => ${event.event_version ?? null}::integer,
                       headers => ${event.headers === undefined ? null : JSON.stringify(event.headers)}::jsonb)`.execute(
    db,
  );
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
export async function unmet(
  { simulator, integration }: Pick<CaseSystem, 'simulator' | 'integration'>,
  { expect: wanted }: WorkedCase,
  { since = '' }: { readonly since?: string } = {},
): Promise<string[]> {
  const { records = [], absent = [], notes = [], product_events: productEvents, ...others } = wanted;
  if (Object.keys(others).length > 0) throw new Error(`this runner does not check ${Object.keys(others).join(', ')}`);
  const crm = await CrmView.read(simulator, wanted);
  const found: string[] = [];
  for (const { module, match, count = 1, fields = {} } of records.map(inModule)) {
    const matching = crm.matching(module, match);
    if (!countHolds(matching.length, count))
      found.push(`${matching.length} records of ${module} match ${JSON.stringify(match)}`);
    for (const record of matching.filter((each) => !crm.holds(fields, each))) {
      const actual = Object.fromEntries(Object.keys(fields).map((name) => [name, record[name] ?? null]));
      found.push(`${module} has ${JSON.stringify(actual)}, not ${JSON.stringify(fields)}`);
    }
  }
  for (const { module, match } of absent.map(inModule)) {
    if (crm.matching(module, match).length > 0) found.push(`${module} has a record like ${JSON.stringify(match)}`);
  }
  for (const { parent, titles, contents } of notes) {
    const { module, match } = inModule(parent);
    const [record] = crm.matching(module, match);
    const there = record === undefined ? [] : await simulator.notes(module, record.id);
    found.push(...unlike('titles', { wanted: titles, actual: there.map((note) => note['Note_Title']) }));
    found.push(...unlike('contents', { wanted: contents, actual: there.map((note) => note['Note_Content']) }));
  }
  if (productEvents !== undefined) found.push(...unmetEvents(await eventsSince(integration, since), productEvents));
  return found;
}

/** A moment in the order of what is told to products. */
export async function momentOf(db: Kysely<IntegrationDatabase>): Promise<string> {
  const { rows } = await sql<{ at: string }>`select clock_timestamp()::text as at`.execute(db);
  return rows[0]?.at ?? '';
}

/** What was told to products since then, but for the outcomes of commands. */
async function eventsSince(
  db: Kysely<IntegrationDatabase>,
  since: string,
): Promise<{ type: string; data: JsonObject }[]> {
  const { rows } = await sql<{ type: string; data: JsonObject }>`
    select event_type as type, payload as data from outbox.events
     where aggregate_type <> 'outcomes' and created_at > ${since === '' ? '-infinity' : since}::timestamptz
     order by created_at`.execute(db);
  return rows;
}

/** All of them, each as often as it occurs, in any order. */
function unlike(
  what: string,
  { wanted, actual }: { wanted: readonly string[] | undefined; actual: unknown[] },
): string[] {
  if (wanted === undefined) return [];
  const [expected, there] = [JSON.stringify(wanted.toSorted()), JSON.stringify(actual.map(String).toSorted())];
  return expected === there ? [] : [`notes have the ${what} ${there}, not ${expected}`];
}

function inModule<T extends { module?: string } | { object?: string }>(entry: T): Extract<T, { module: string }> {
  if (!('module' in entry)) throw new Error('this runner checks no Zendesk objects');
  return entry as Extract<T, { module: string }>;
}

/** The records of the modules that a case names, read once. */
class CrmView {
  readonly #modules: ReadonlyMap<string, readonly CrmRecord[]>;

  private constructor(modules: ReadonlyMap<string, readonly CrmRecord[]>) {
    this.#modules = modules;
  }

  static async read(simulator: CaseSystem['simulator'], wanted: WorkedCase['expect']): Promise<CrmView> {
    const named = [...JSON.stringify(wanted).matchAll(/"module":"(\w+)"/g)].map(([, module = '']) => module);
    const modules = new Map<string, readonly CrmRecord[]>();
    for (const module of new Set(named)) modules.set(module, await simulator.records(module));
    return new CrmView(modules);
  }

  matching(module: string, match: object): CrmRecord[] {
    return (this.#modules.get(module) ?? []).filter((record) => this.holds(match, record));
  }

  holds(wanted: object, record: CrmRecord): boolean {
    return matches(wanted as Json, record as Json, (reference) => this.#idOf(reference));
  }

  #idOf({ module = '', match }: Reference): string | null {
    const found = this.matching(module, match);
    return found.length === 1 ? (found[0]?.id ?? null) : null;
  }
}
