import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { machine } from './machine.ts';
import { BenchedSimulator } from './simulator.process.ts';

/**
 * How fast the simulator is, so that it never is what another benchmark measures: single-record calls and batches of a hundred over
 * HTTP, first with an empty organisation, then with so many records stored. Client and simulator share the machine.
 */
const HELP = `npm run bench -- simulator [--stored 100000] [--seconds 5] [--connections 8] [--json]
  --stored       records that are there in the second round
  --seconds      how long each kind of call is measured
  --connections  calls at once
  --json         one JSON object as the last line:
                 {empty, stored: {insertCallsPerSecond, upsertCallsPerSecond, getCallsPerSecond, updateCallsPerSecond,
                 batchInsertRecordsPerSecond, batchUpsertRecordsPerSecond, coqlCallsPerSecond, listRecordsPerSecond},
                 singleCallsPerSecond, batchRecordsPerSecond, storedRecords, machine}; the last two figures are the
                 lowest of their kind in both rounds (floors: 2000 calls and 20000 records a second)`;
const { values } = parseArgs({
  options: {
    stored: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const stored = whole('stored');
const seconds = whole('seconds');
const connections = whole('connections');
const BATCH = 100;

interface Round {
  readonly insertCallsPerSecond: number;
  readonly upsertCallsPerSecond: number;
  readonly getCallsPerSecond: number;
  readonly updateCallsPerSecond: number;
  readonly batchInsertRecordsPerSecond: number;
  readonly batchUpsertRecordsPerSecond: number;
  readonly coqlCallsPerSecond: number;
  readonly listRecordsPerSecond: number;
}

const simulator = await BenchedSimulator.start();
const pool = new Pool(simulator.url, { connections, pipelining: 1 });
const headers = {
  authorization: `Zoho-oauthtoken ${await simulator.token()}`,
  'content-type': 'application/json',
};
const ids: string[] = [];
let serial = 0;
try {
  const field = { field_label: 'External User ID', data_type: 'text', length: 64, unique: { case_sensitive: false } };
  await call('POST', '/settings/fields?module=Leads', { fields: [field] });
  const empty = await round('empty');
  await fill();
  const full = await round(`${stored} stored`);
  report(empty, full);
} finally {
  await pool.close();
  await simulator.stop();
}

async function round(name: string): Promise<Round> {
  progress(name);
  const known = (): string => ids[Math.floor(Math.random() * ids.length)] ?? '';
  const insertCallsPerSecond = await rate(async () => remember(await write('POST', '/Leads', [lead()])));
  const upsertCallsPerSecond = await rate(() => write('POST', '/Leads/upsert', [lead()]));
  const getCallsPerSecond = await rate(() => call('GET', `/Leads/${known()}`));
  const updateCallsPerSecond = await rate(() => write('PUT', '/Leads', [{ id: known(), Phone: '+49 30 1234' }]));
  const coqlCallsPerSecond = await rate(() => {
    const select_query = `select Last_Name, Email from Leads where External_User_ID = 'u-${Math.floor(Math.random() * serial)}'`;
    return call('POST', '/coql', { select_query });
  });
  const batchInserts = await rate(async () => remember(await write('POST', '/Leads', leads())));
  const batchUpserts = await rate(() => write('POST', '/Leads/upsert', leads()));
  const lists = await rate(() => call('GET', '/Leads?fields=Last_Name,Email,Modified_Time&per_page=200'));
  return {
    insertCallsPerSecond,
    upsertCallsPerSecond,
    getCallsPerSecond,
    updateCallsPerSecond,
    coqlCallsPerSecond,
    batchInsertRecordsPerSecond: batchInserts * BATCH,
    batchUpsertRecordsPerSecond: batchUpserts * BATCH,
    listRecordsPerSecond: lists * 200,
  };
}

/** Calls a second over all connections for the wanted time. */
async function rate(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      await run();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return Math.round((done / (performance.now() - started)) * 1000);
}

async function fill(): Promise<void> {
  await simulator.control('reset', { keep: ['fields', 'tokens', 'limits'] });
  ids.length = 0;
  let left = stored;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(BATCH, left);
      left -= count;
      remember(await write('POST', '/Leads', leads(count)));
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

function lead(): Record<string, unknown> {
  serial += 1;
  return {
    Last_Name: `Kaya ${serial}`,
    First_Name: 'Bench',
    Company: 'Example',
    Email: `bench.${serial}@example.test`,
    External_User_ID: `u-${serial}`,
    Lead_Status: 'Contacted',
    Annual_Revenue: 12.5,
  };
}

function leads(count = BATCH): Record<string, unknown>[] {
  return Array.from({ length: count }, lead);
}

interface Written {
  readonly data: readonly { readonly code: string; readonly details: { readonly id: string } }[];
}

/** A write of which every record must have succeeded. */
async function write(method: 'POST' | 'PUT', path: string, data: readonly object[]): Promise<Written> {
  const answer = (await call(method, path, { data })) as Written;
  const bad = answer.data.find((item) => item.code !== 'SUCCESS');
  if (bad !== undefined) throw new Error(`${method} ${path}: ${JSON.stringify(bad)}`);
  return answer;
}

function remember({ data }: Written): void {
  for (const { details } of data) ids.push(details.id);
}

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const answer = await pool.request({
    method,
    path: `/crm/v8${path}`,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  if (answer.statusCode === 204) return undefined;
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as unknown;
}

function report(empty: Round, full: Round): void {
  const where = machine('no servers');
  const rounds = [empty, full];
  const singleCallsPerSecond = Math.min(
    ...rounds.flatMap((one) => [
      one.insertCallsPerSecond,
      one.upsertCallsPerSecond,
      one.getCallsPerSecond,
      one.updateCallsPerSecond,
    ]),
  );
  const batchRecordsPerSecond = Math.min(
    ...rounds.flatMap((one) => [one.batchInsertRecordsPerSecond, one.batchUpsertRecordsPerSecond]),
  );
  const line = (name: keyof Round): string =>
    `  ${name.padEnd(30)}${String(empty[name]).padStart(10)}${String(full[name]).padStart(16)}`;
  const names = Object.keys(empty) as (keyof Round)[];
  process.stdout
    .write(`simulator (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${connections} connections, ${seconds} s each)
  ${''.padEnd(30)}${'empty'.padStart(10)}${`${stored} stored`.padStart(16)}
${names.map(line).join('\n')}
  single-record calls at least ${singleCallsPerSecond} a second (floor 2000), batches at least ${batchRecordsPerSecond} records a second (floor 20000)
`);
  const figures = { empty, stored: full, singleCallsPerSecond, batchRecordsPerSecond, storedRecords: stored };
  if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, machine: where })}\n`);
}

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${what.padEnd(30)}`);
}

function whole(name: 'stored' | 'seconds' | 'connections'): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} wants a whole number`);
  return value;
}
