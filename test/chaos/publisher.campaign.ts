import { randomBytes } from 'node:crypto';
import { PRODUCER_CLIENTS, type ProducerClient } from '#kafka';
import { until } from '../support/until.ts';
import { checkCampaign, type Counters, type Findings } from './campaign.checker.ts';
import { CampaignSource } from './campaign.source.ts';
import { CommittedReader } from './committed.reader.ts';
import { FAULTS, FAULT_NAMES, type FaultName } from './publisher.faults.ts';
import { PublisherStage, aMoment } from './publisher.stage.ts';
import { RowWriters, writeTransaction, type TransactionPlan } from './row.writers.ts';
import { SeededRandom } from './seeded.random.ts';

export interface CampaignOptions {
  readonly postgresUrl: string;
  readonly brokers: readonly string[];
  readonly rounds: number;
  readonly seed: number;
  /** Picked from by the seed; all of them unless given. */
  readonly faults?: readonly FaultName[];
  /** Default 3. */
  readonly writers?: number;
  readonly onRound?: (round: RoundReport) => void;
  /** Ends the campaign after the round under way. */
  readonly signal?: AbortSignal;
}

export interface RoundReport extends Findings {
  readonly round: number;
  readonly fault: FaultName;
  readonly producer: ProducerClient;
  readonly rows: number;
  /** From the end of the writing until all rows were seen. */
  readonly settleMs: number;
  /** Codes of failures that a publisher reported at level error, or how it ended by itself. */
  readonly complaints: readonly string[];
}

export interface CampaignResult extends Counters {
  readonly rounds: number;
  readonly rows: number;
}

const SETTLE_TIMEOUT_MS = 90_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Plays rounds of faults against publishers while rows are written, and compares after each what was committed with what was seen. */
export async function runPublisherCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { brokers, rounds, seed, faults = FAULT_NAMES, writers: count = 3, onRound, signal } = options;
  const prefix = `chaos-${randomBytes(4).toString('hex')}.`;
  // Disposed of from the last to the first: publishers let go of the slot before it is dropped.
  await using source = await CampaignSource.create(options.postgresUrl);
  await using reader = await CommittedReader.open(brokers, prefix);
  await using stage = await PublisherStage.open({ source, brokers, prefix });
  const randoms = Array.from({ length: count }, (_, n) => new SeededRandom(seed * 31 + n));
  await using writers = await RowWriters.open(source, randoms);

  const total = { rounds: 0, rows: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const order = new SeededRandom(seed);
  let bag: FaultName[] = [];
  let lastId = NO_ID;
  for (let round = 1; round <= rounds; round += 1) {
    if (signal?.aborted === true) break;
    const random = new SeededRandom(seed * 1_000_003 + round);
    // Every fault once before one comes again.
    if (bag.length === 0) bag = order.shuffled(faults);
    const fault = bag.pop() ?? 'kill at random';
    stage.producer = PRODUCER_CLIENTS[round % PRODUCER_CLIENTS.length] ?? 'platformatic';
    stage.batchRows = random.pick([100, 500, 5000]);
    const complaints: string[] = [];
    try {
      await stage.renew();
      writers.write();
      await FAULTS[fault]({ stage, random, writeLarge: (rows) => writeLarge(source, { random, rows, commits: true }) });
    } catch (error) {
      // A publisher that does not come back is judged by the rows that it owes.
      complaints.push(error instanceof Error ? error.message : String(error));
    }
    await aMoment(random, 500);
    await writers.rest();
    await source.closeRound();
    const outcome = await settle({ source, reader, lastId });
    lastId = outcome.lastId;
    const { findings } = outcome;
    total.rounds = round;
    total.rows += outcome.rows;
    for (const counter of ['lost', 'doubled', 'misordered', 'wrong'] as const) total[counter] += findings[counter];
    const { producer } = stage;
    const { rows, settleMs } = outcome;
    onRound?.({
      ...findings,
      round,
      fault,
      producer,
      rows,
      settleMs,
      complaints: [...complaints, ...complaintsOf(stage)],
    });
  }
  return total;
}

async function settle(parts: { source: CampaignSource; reader: CommittedReader; lastId: string }) {
  const { source, reader } = parts;
  const from = performance.now();
  const committed = await source.committedAfter(parts.lastId);
  const missing = new Set(committed.map(({ id }) => id));
  let looked = 0;
  const allSeen = (): Promise<true | null> => {
    for (; looked < reader.seen.length; looked += 1) missing.delete(reader.seen[looked]?.id ?? '');
    return Promise.resolve(missing.size === 0 ? true : null);
  };
  // What is still missing then is counted as lost.
  await until('all committed rows in Kafka', allSeen, SETTLE_TIMEOUT_MS).catch(() => undefined);
  const settleMs = Math.round(performance.now() - from);
  const ids = new Set(committed.map(({ id }) => id));
  const settled = await source.known(reader.seen.map(({ id }) => id).filter((id) => !ids.has(id)));
  const findings = checkCampaign({ committed, seen: reader.seen, settled });
  reader.forget();
  return { findings, settleMs, rows: committed.length, lastId: committed.at(-1)?.id ?? parts.lastId };
}

async function writeLarge(source: CampaignSource, plan: TransactionPlan): Promise<void> {
  const client = await source.connect();
  try {
    await writeTransaction(client, plan);
  } finally {
    await client.end();
  }
}

function complaintsOf(stage: PublisherStage): string[] {
  return stage.running.flatMap(({ lines, failure }) => [
    ...lines.flatMap(({ level, code, msg }) => (level === 'error' || level === 'fatal' ? [code ?? msg] : [])),
    ...(failure === '' ? [] : [failure]),
  ]);
}
