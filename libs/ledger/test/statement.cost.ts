import { Kysely, PostgresDialect, sql, type QueryExecutorProvider } from 'kysely';
import type { Pool } from 'pg';
import type { IntegrationDatabase } from '#postgres';

/** A plan as `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` tells it, as far as it matters here. */
interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Plan[];
}

/** What the statements of a call did in the ledger's large tables. */
export interface StatementCost {
  /** Pages that were looked at, in memory or not. */
  readonly buffers: number;
  readonly milliseconds: number;
  /** Indexes that were searched. */
  readonly indexes: readonly string[];
  /** Tables that were read from their beginning. */
  readonly scanned: readonly string[];
}

/**
 * Runs a call of the ledger on a handle that lists its statements, has `back` take back what it did, and explains each of them, in their
 * order and in one transaction that is rolled back. So what is explained is what runs, and the database stays as it was.
 */
export async function costOf(
  pool: Pool,
  call: (db: Kysely<IntegrationDatabase>) => Promise<unknown>,
  back: () => Promise<unknown> = () => Promise.resolve(),
): Promise<StatementCost> {
  const statements: { text: string; values: unknown[] }[] = [];
  const listed = new Kysely<IntegrationDatabase>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void statements.push({ text: query.sql, values: [...query.parameters] }),
  });
  await call(listed);
  await back();
  return explainAll(
    pool,
    statements.filter(({ text }) => /^\s*(select|insert|update|delete|with)\b/i.test(text)),
  );
}

async function explainAll(
  pool: Pool,
  statements: readonly { text: string; values: unknown[] }[],
): Promise<StatementCost> {
  const client = await pool.connect();
  const nodes: Plan[] = [];
  let [buffers, milliseconds] = [0, 0];
  try {
    await client.query('begin');
    for (const { text, values } of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan; 'Execution Time': number }[] }>(
        `explain (analyze, buffers, format json) ${text}`,
        values,
      );
      const [explained] = rows[0]?.['QUERY PLAN'] ?? [];
      if (explained === undefined) throw new Error('a statement has a plan');
      buffers += (explained.Plan['Shared Hit Blocks'] ?? 0) + (explained.Plan['Shared Read Blocks'] ?? 0);
      milliseconds += explained['Execution Time'];
      nodes.push(...flat(explained.Plan));
    }
  } finally {
    await client.query('rollback');
    client.release();
  }
  return {
    buffers,
    milliseconds,
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))].toSorted(),
    scanned: [
      ...new Set(nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : []))),
    ],
  };
}

function flat(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flat)];
}

/** Makes what was claimed, merged or done by a spec wait again, as if nothing had happened. The history is not touched. */
export async function unclaim(db: QueryExecutorProvider): Promise<void> {
  await sql`
    with waiting as (
      update ledger.commands
         set state = 'ready', attempts_started = 0, attempts_finished = 0, lease_owner = null, lease_until = null, merged_into = null,
             finished_at = null, fields = coalesce(fields_before_merge, fields), fields_before_merge = null
       where state = 'in_flight' or state in ('succeeded', 'skipped') and entity_id like 'u%'
      returning id
    )
    delete from ledger.attempts a using waiting w where a.command_id = w.id`.execute(db);
}

/** Commands that one transaction adds: a longer one would keep others from creating a slot in the same cluster. */
const ADDED_AT_ONCE = 20_000;

/**
 * Adds finished commands, each with its attempt, of as many records, and tells the planner of them now and then: the check of the foreign
 * key keeps the plan that it made first, and one for an empty table reads the whole table for each row.
 */
export async function addHistory(db: QueryExecutorProvider, count: number): Promise<void> {
  for (let added = 0; added < count; added += ADDED_AT_ONCE) {
    await addSome(db, { from: added + 1, to: Math.min(count, added + ADDED_AT_ONCE) });
    await sql`analyze ledger.commands, ledger.attempts`.execute(db);
  }
}

async function addSome(db: QueryExecutorProvider, { from, to }: { from: number; to: number }): Promise<void> {
  await sql`
    with made as (
      insert into ledger.commands
        (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane, operation,
         module, identity_field, identity_value, fields, trigger, when_converted, state, attempts_started, attempts_finished,
         finished_at)
      select 'c1', 'Leads/h' || i, 'portal', 'user', 'h' || i, 'signup-lead', 1, 'h' || i, now(), 'live', 'write', 'Leads',
             'External_User_ID', 'h' || i, '{"Phone": "1"}', '{workflow}', 'follow', 'succeeded', 1, 1, now()
        from generate_series(${from}::integer, ${to}::integer) i
      returning id
    )
    insert into ledger.attempts (command_id, number, finished_at, outcome) select id, 1, now(), 'succeeded' from made`.execute(
    db,
  );
}
