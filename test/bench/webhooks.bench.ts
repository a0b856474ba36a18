import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { Pool } from 'undici';
import { percentile } from '#observability';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';
import { machine } from './machine.ts';

/**
 * The way back on a whole system: time to the answer of a notification at a steady pace, with the processor and the hydrator working on
 * what comes; a person's edit -> the product's own row, at the simulator's latency; credits that 1,000 edits cost, by pace.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    edits: { type: 'string', default: '200' },
    changes: { type: 'string', default: '1000' },
    latency: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});
const wholeNumber = (name: 'seconds' | 'edits' | 'changes' | 'latency'): number => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} wants a whole number`);
  return value;
};
const [seconds, edits, changes] = [wholeNumber('seconds'), wholeNumber('edits'), wholeNumber('changes')];
const latencyMs = wholeNumber('latency');
/** Singly: so far apart that each edit is read before the next one. */
const SINGLY_MS = 250;

interface Summary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}
const summary = (times: readonly number[]): Summary => ({
  p50: round(percentile(times, 0.5)),
  p95: round(percentile(times, 0.95)),
  p99: round(percentile(times, 0.99)),
});
const round = (value: number): number => Math.round(value * 10) / 10;
const say = (what: string): boolean => process.stderr.write(`${what}\n`);

const fixture = await SystemFixture.start();
try {
  say('signing users up');
  const ids = Array.from({ length: Math.max(edits, changes) }, (_, index) => `bench-${index}`);
  await sql`
    insert into public.users (id, email, full_name)
    select id, id || '@example.test', 'Bench Mark' from unnest(${ids}::text[]) as id`.execute(fixture.product);
  await fixture.quiet(240_000);
  say('notifications at 100 a second');
  const slow = await ackTimes(100);
  say('notifications at 1,000 a second');
  const fast = await ackTimes(1000);
  await fixture.quiet(120_000);
  await fixture.simulator.act('settings', { latencyMs });
  say('edits -> product rows');
  const toProduct = await editTimes(ids.slice(0, edits));
  say('credits of edits that come in a burst');
  const burst = await creditsOf(ids.slice(0, changes), { status: 'Lost Lead', pauseMs: 0 });
  say('credits of edits that come singly');
  const few = ids.slice(0, Math.min(100, changes));
  const single = (await creditsOf(few, { status: 'Junk Lead', pauseMs: SINGLY_MS })) * (changes / few.length);
  report({ slow, fast, toProduct: summary(toProduct), burst, single });
} finally {
  await fixture.stop();
}

/** Milliseconds from when each notification was to be sent to its answer, so that a queue before the service counts as well. */
async function ackTimes(perSecond: number): Promise<Summary> {
  const [channel] = await fixture.simulator.channels();
  if (channel === undefined) throw new Error('the service has no channel');
  const leads = (await fixture.simulator.records('Leads')).slice(0, 100);
  const url = new URL(channel.notify_url);
  const pool = new Pool(url.origin, { connections: 64, pipelining: 1 });
  const body = (at: number): string =>
    JSON.stringify({
      server_time: Date.now(),
      module: 'Leads',
      resource_uri: 'https://www.zohoapis.com/crm/v2/Leads',
      ids: [leads[at % leads.length]?.id],
      operation: 'update',
      channel_id: channel.channel_id,
      token: channel.token,
      query_params: {},
    });
  const headers = { 'content-type': 'application/json' };
  const send = async (at: number, due: number): Promise<number> => {
    const answer = await pool.request({ method: 'POST', path: url.pathname, headers, body: body(at) });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a notification was answered ${answer.statusCode}`);
    return performance.now() - due;
  };
  // The first second opens connections and is not counted.
  const total = perSecond * (seconds + 1);
  const started = performance.now();
  const answers: Promise<number>[] = [];
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond) + 1);
    while (answers.length < due) answers.push(send(answers.length, started + (answers.length / perSecond) * 1000));
    await wait(1);
  }
  const times = await Promise.all(answers);
  await pool.close();
  return summary(times.slice(perSecond));
}

async function edit(id: string, status: string): Promise<void> {
  const [match, fields] = [{ External_User_ID: id }, { Lead_Status: status }];
  await fixture.simulator.act('edit', { module: 'Leads', match, fields, user: 'Sam Sales' });
}

/** Milliseconds, for edits one after another. */
async function editTimes(ids: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const id of ids) {
    const edited = performance.now();
    await edit(id, 'Contacted');
    await until(`the status of ${id}`, async () => {
      const { rows } = await sql<{ found: boolean }>`
        select crm_status = 'Contacted' as found from public.users where id = ${id}`.execute(fixture.product);
      return rows[0]?.found === true ? true : null;
    });
    times.push(performance.now() - edited);
  }
  return times;
}

/** Credits for reading what people changed, until the last of it is in the product. */
async function creditsOf(
  ids: readonly string[],
  { status, pauseMs }: { status: string; pauseMs: number },
): Promise<number> {
  const before = await creditsUsed();
  for (const id of ids) {
    await edit(id, status);
    if (pauseMs > 0) await wait(pauseMs);
  }
  await until(`all that is ${status}`, async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from public.users where crm_status = ${status}`.execute(fixture.product);
    return rows[0]?.count === ids.length ? true : null;
  });
  return (await creditsUsed()) - before;
}

async function creditsUsed(): Promise<number> {
  const { rows } = await sql<{ credits: number }>`
    select coalesce(sum(credits), 0)::integer as credits from ledger.credits where lane in ('live', 'reconcile')`.execute(
    fixture.integration,
  );
  return rows[0]?.credits ?? 0;
}

function report(figures: { slow: Summary; fast: Summary; toProduct: Summary; burst: number; single: number }): void {
  const where = machine(fixture.system.provider);
  const { slow, fast, toProduct, burst, single } = figures;
  const line = (name: string, { p50, p95, p99 }: Summary): string =>
    `  ${name.padEnd(34)}${[p50, p95, p99].map((ms) => `${ms} ms`.padStart(12)).join('')}`;
  process.stdout
    .write(`webhooks (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
  ${''.padEnd(34)}${['p50', 'p95', 'p99'].map((name) => name.padStart(12)).join('')}
${line('answer at 100 a second', slow)}
${line('answer at 1,000 a second', fast)}
${line(`CRM edit -> product row (${edits})`, toProduct)}
  calls of the CRM take ${latencyMs} ms for the last line and for credits
  credits for ${changes} changes: ${burst} in a burst, ${single} singly (${SINGLY_MS} ms apart)
`);
  if (!values.json) return;
  const named = {
    ackP50Ms: fast.p50,
    ackP99Ms: fast.p99,
    crmToProductP50Ms: toProduct.p50,
    crmToProductP99Ms: toProduct.p99,
    creditsPer1000: { burst: (burst * 1000) / changes, single: (single * 1000) / changes },
  };
  process.stdout.write(`${JSON.stringify({ ...named, ack100: slow, ack1000: fast, machine: where })}\n`);
}
