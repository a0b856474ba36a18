import { parseArgs } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { findEntities, readTimeline } from '#operations';
import type { IntegrationDatabase } from '#postgres';
import { startStack } from '#stack';
import { integrationDatabase } from '#testing';
import { addLives, COMMANDS_OF_A_LIFE } from '../../libs/operations/test/lifeline.history.ts';
import { machine } from './machine.ts';

/** How long it takes to read one lifeline behind very many commands. */
const HELP = `npm run bench -- timeline [options]
Stores commands with all that is kept of their entities, and reads lifelines: by entity, by record id, and of an entity that is busier
than the others.

  --commands N  commands that are stored (1000000)
  --busy N      commands of the busy entity (1000)
  --reads N     lifelines that are read of each kind (200)
  --json        one JSON object as the last line: p50Ms p99Ms maxMs of each kind
  --help        this text`;

const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '1000000' },
    busy: { type: 'string', default: '1000' },
    reads: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const mappings = [{ name: 'signup-lead', product: 'portal' }];
type Db = Kysely<IntegrationDatabase>;

interface Figures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Steps of a lifeline that was read. */
  readonly steps: number;
}

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

function count(name: 'commands' | 'busy' | 'reads'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1) return value;
  process.stderr.write(`--${name} wants a whole number, 1 or more\n${HELP}\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const [commands, busy, reads] = [count('commands'), count('busy'), count('reads')];
  const stack = await startStack({ progress: () => undefined });
  process.env['CAUSEWAY_POSTGRES_URL'] = stack.postgresUrl;
  const context = await integrationDatabase('bench_timeline');
  const { db } = context;
  try {
    await context.addConnection();
    const entities = Math.max(1, Math.ceil((commands - busy) / COMMANDS_OF_A_LIFE));
    await addLives(db, { prefix: 'busy', entities: 1, folds: busy });
    await addLives(db, { prefix: 'h', entities });
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ledger.commands`.execute(db);
    // In strides, so that no two are neighbours on a page.
    const anyOf = (at: number): string => `h${1 + ((at * 7919) % entities)}`;
    const figures = {
      entity: await measure(reads, (at) => line(db, 'portal', anyOf(at))),
      record: await measure(reads, (at) => line(db, 'Leads', `r-${anyOf(at)}`)),
      busy: await measure(reads, () => line(db, 'portal', 'busy1')),
    };
    report({ commands: rows[0]?.count ?? 0, busy, figures, provider: stack.provider });
  } finally {
    await context[Symbol.asyncDispose]();
    await stack.stop();
  }
}

/** What the verb does: finds out whose line is meant, and reads it. @returns its steps */
async function line(db: Db, first: string, second: string): Promise<number> {
  const [entity] = await findEntities(db, { first, second, mappings });
  if (entity === undefined) throw new Error(`nothing is known of ${first} ${second}`);
  return (await readTimeline(db, { ...entity, mappings })).steps.length;
}

async function measure(reads: number, read: (at: number) => Promise<number>): Promise<Figures> {
  const times: number[] = [];
  let steps = 0;
  for (let at = 0; at < reads; at += 1) {
    const started = performance.now();
    steps = await read(at);
    times.push(performance.now() - started);
  }
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), steps };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function report(found: {
  readonly commands: number;
  readonly busy: number;
  readonly figures: Readonly<Record<'entity' | 'record' | 'busy', Figures>>;
  readonly provider: string;
}): void {
  const { commands, busy, figures, provider } = found;
  const where = machine(provider);
  const row = (name: string, { p50Ms, p99Ms, maxMs, steps }: Figures): string =>
    `  ${name.padEnd(34)} p50 ${p50Ms} ms, p99 ${p99Ms} ms, most ${maxMs} ms (${steps} steps)\n`;
  process.stdout.write(`lifelines among ${commands} commands
(${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
${row('of an entity', figures.entity)}${row('of a record of the CRM', figures.record)}${row(`of an entity with ${busy} commands`, figures.busy)}`);
  if (values.json) process.stdout.write(`${JSON.stringify({ commands, ...figures, machine: where })}\n`);
}
