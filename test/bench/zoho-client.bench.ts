import { parseArgs } from 'node:util';
import {
  BULK_BREAK_EVEN,
  BULK_MOST_ROWS,
  CallBudget,
  createMemoryCreditStore,
  createMemoryLock,
  createMemoryTokenStore,
  createZohoClient,
  editionLimits,
  type CallObservation,
  type WriteOutcome,
  type ZohoClient,
} from '#zoho';
import { createLogger } from '#observability';
import { startSimulator } from '../../apps/simulator/src/simulator.ts';
import { machine } from './machine.ts';

/**
 * What it costs to write records through the client, one by one, in batches and by a bulk job: calls and credits for 1,000
 * records, and records a second against the simulator without latency.
 */
const HELP = `npm run bench -- zoho-client [--records 1000] [--bulk-records 25000] [--json]
  --records       records written one by one, and as many in batches of 100
  --bulk-records  records of the bulk job, at most 25,000
  --json          one JSON object as the last line: singles, batches, bulk {callsPer1000 creditsPer1000 recordsPerSecond}`;
const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000' },
    'bulk-records': { type: 'string', default: String(BULK_MOST_ROWS) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Figures {
  readonly records: number;
  readonly callsPer1000: number;
  readonly creditsPer1000: number;
  readonly recordsPerSecond: number;
}

const IDENTITY = 'Causeway_Bench_ID';
const FIELDS = ['Last_Name', 'Email', 'City'] as const;

if (values.help) process.stdout.write(`${HELP}\n`);
else await run(countOf('records', 1_000_000), countOf('bulk-records', BULK_MOST_ROWS));

function countOf(name: 'records' | 'bulk-records', most: number): number {
  const count = Number(values[name]);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  process.stderr.write(`--${name} wants a whole number from 1 to ${most}\n${HELP}\n`);
  process.exit(2);
}

async function run(records: number, bulkRecords: number): Promise<void> {
  const simulator = await startSimulator({ limits: { edition: 'Ultimate', users: 1000 } });
  const seen: CallObservation[] = [];
  const logger = createLogger({ service: 'bench', level: 'silent' });
  const budget = new CallBudget({ store: createMemoryCreditStore(), clock: Date.now, logger });
  const { accountsUrl, clientId, clientSecret, refreshToken, url } = simulator;
  const zoho = createZohoClient({
    accountsUrl,
    clientId,
    clientSecret,
    refreshToken,
    allowedApiDomains: [url],
    tokenStore: createMemoryTokenStore(),
    withLock: createMemoryLock(),
    gate: budget,
    onCall: (call) => seen.push(call),
    logger,
  });
  try {
    const zgid = await prepare(zoho, budget);
    const singles = await measure(seen, records, () => writeSingles(zoho, records));
    const batches = await measure(seen, records, () => writeBatches(zoho, records));
    const bulk = await measure(seen, bulkRecords, () => writeBulk(zoho, { zgid, count: bulkRecords, url }));
    report({ singles, batches, bulk });
  } finally {
    await zoho.close();
    await simulator.close();
  }
}

/** The identity field, and the limits of the organisation. */
async function prepare(zoho: ZohoClient, budget: CallBudget): Promise<string> {
  const label = IDENTITY.replaceAll('_', ' ');
  const [made] = await zoho.createFields('Leads', { fields: [{ label, dataType: 'text', length: 64, unique: true }] });
  const org = await zoho.org();
  if (made?.kind !== 'succeeded' || org.kind !== 'ok') throw new Error('the simulator could not be prepared');
  budget.setLimits(editionLimits(org.org));
  return org.org.zgid ?? '';
}

function recordsOf(kind: string, count: number): Record<string, string>[] {
  return Array.from({ length: count }, (_, index) => ({
    [IDENTITY]: `${kind}-${index}`,
    Last_Name: `Bench ${index}`,
    Email: `${kind}-${index}@example.test`,
    City: 'Oslo',
  }));
}

function upsert(zoho: ZohoClient, records: Record<string, string>[]): Promise<WriteOutcome[]> {
  return zoho.upsert('Leads', { records, identityField: IDENTITY, trigger: [] });
}

/** Four workers, as a relay has by default. */
async function writeSingles(zoho: ZohoClient, count: number): Promise<WriteOutcome[]> {
  const waiting = recordsOf('single', count);
  const outcomes: WriteOutcome[] = [];
  const worker = async (): Promise<void> => {
    for (let record = waiting.pop(); record !== undefined; record = waiting.pop())
      outcomes.push(...(await upsert(zoho, [record])));
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return outcomes;
}

function writeBatches(zoho: ZohoClient, count: number): Promise<WriteOutcome[]> {
  return upsert(zoho, recordsOf('batch', count));
}

async function writeBulk(
  zoho: ZohoClient,
  given: { readonly zgid: string; readonly count: number; readonly url: string },
): Promise<readonly WriteOutcome[]> {
  const result = await zoho.bulk.upsert('Leads', {
    zgid: given.zgid,
    records: recordsOf('bulk', given.count),
    identityField: IDENTITY,
    fields: FIELDS,
    wait: async (turn) => {
      const body = JSON.stringify({ advanceMs: 60_000 });
      await fetch(`${given.url}/_control/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return turn < 100;
    },
  });
  if (result.kind !== 'done') throw new Error(`the bulk job did not end: ${JSON.stringify(result)}`);
  return result.outcomes;
}

async function measure(
  seen: CallObservation[],
  records: number,
  work: () => Promise<readonly WriteOutcome[]>,
): Promise<Figures> {
  seen.length = 0;
  const start = performance.now();
  const outcomes = await work();
  const seconds = (performance.now() - start) / 1000;
  const failed = outcomes.find(({ kind }) => kind !== 'succeeded');
  if (failed !== undefined || outcomes.length !== records) throw new Error(`a write failed: ${JSON.stringify(failed)}`);
  const calls = seen.filter(({ kind }) => kind !== 'token');
  const per1000 = (sum: number): number => Math.round((sum / records) * 100_000) / 100;
  return {
    records,
    callsPer1000: per1000(calls.length),
    creditsPer1000: per1000(calls.reduce((sum, { credits }) => sum + credits, 0)),
    recordsPerSecond: Math.round(records / seconds),
  };
}

function report(figures: Readonly<Record<'singles' | 'batches' | 'bulk', Figures>>): void {
  const where = machine('simulator');
  const line = ([name, each]: [string, Figures]): string =>
    [name, each.records, each.callsPer1000, each.creditsPer1000, each.recordsPerSecond]
      .map((cell, column) => (column === 0 ? String(cell).padEnd(10) : String(cell).padStart(14)))
      .join('');
  const head = ['', 'records', 'calls/1000', 'credits/1000', 'records/s'];
  const title = head.map((cell, column) => (column === 0 ? cell.padEnd(10) : cell.padStart(14))).join('');
  process.stdout.write(
    `writing through the CRM client (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node})
${[title, ...Object.entries(figures).map(line)].map((each) => `  ${each}`).join('\n')}
  a bulk job costs 500 credits whatever its size: it is cheaper than batches above ${BULK_BREAK_EVEN} records
`,
  );
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...figures, breakEvenRecords: BULK_BREAK_EVEN, machine: where })}\n`);
}
