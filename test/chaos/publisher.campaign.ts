import { randomBytes } from 'node:crypto';
import { PRODUCER_CLIENTS, type ProducerClient } from '#kafka';
import type { Stack } from '#stack';
import { COUNTERS, type Counters, type Findings } from './campaign.checker.ts';
import { settle } from './campaign.settle.ts';
import { CampaignSource } from './campaign.source.ts';
import { CommittedReader } from './committed.reader.ts';
import { FAULTS, FAULT_NAMES, isPlayable, startsPublisher, startsWriters, type FaultName } from './publisher.faults.ts';
import type { Mutant } from './publisher.mutants.ts';
import { PublisherStage, aMoment } from './publisher.stage.ts';
import { inTurns } from './round.plan.ts';
import { RowWriters, writeTransaction } from './row.writers.ts';
import { SeededRandom } from './seeded.random.ts';

export interface CampaignOptions {
  /** Servers without `restart` are somebody else's: faults that restart them are skipped. */
  readonly servers: Pick<Stack, 'postgresUrl' | 'kafkaBrokers' | 'restart'>;
  readonly rounds: number;
  readonly seed: number;
  /** Ordered by the seed, each once before one comes again; all of them unless given. */
  readonly faults?: readonly FaultName[];
  /** By turns for each fault; all of them unless given. */
  readonly producers?: readonly ProducerClient[];
  /** Default 2. */
  readonly writers?: number;
  /** Publishers with a promise broken, to see that the campaign finds it; it ends with the first finding then. */
  readonly mutant?: Mutant | undefined;
  /** Rows that are not in Kafka so long after the end of a round are lost; default 90 s. */
  readonly patienceMs?: number;
  readonly onRound?: (round: RoundReport) => void;
  /** Breaks the round under way off and ends the campaign. */
  readonly signal?: AbortSignal;
}

export interface RoundReport extends Findings {
  readonly round: number;
  readonly fault: FaultName;
  readonly producer: ProducerClient;
  readonly rows: number;
  /** From the end of the writing until all rows were seen. */
  readonly settleMs: number;
  /** Why the fault could not be played: then the round shows nothing of it. */
  readonly unplayed?: string;
  /** Codes that publishers called a person with, or how they crashed: a false alarm, since no fault here needs one. */
  readonly alarms: readonly string[];
}

export interface CampaignResult extends Counters {
  readonly rounds: number;
  readonly rows: number;
  /** Rounds whose fault could not be played to its end. */
  readonly unplayed: number;
  /** Rounds in which a publisher called for a person, or crashed by itself. */
  readonly alarms: number;
  /** How often each fault was played. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  /** Faults left out because the servers are not the campaign's own. */
  readonly skipped: readonly FaultName[];
}

const PATIENCE_MS = 90_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Plays rounds of faults against publishers while rows are written, and compares after each what was committed with what was seen. */
export async function runPublisherCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { servers, rounds, seed, mutant, patienceMs = PATIENCE_MS, onRound, signal } = options;
  const [wanted, skipped] = partition(options.faults ?? FAULT_NAMES, (name) => isPlayable(name, servers.restart));
  const prefix = `chaos-${randomBytes(4).toString('hex')}.`;
  const brokers = servers.kafkaBrokers;
  // Disposed of from the last to the first: publishers let go of the slot before it is dropped.
  await using source = await CampaignSource.create(servers.postgresUrl);
  await using reader = await CommittedReader.open(brokers, prefix);
  await using stage = await PublisherStage.open({ source, brokers, prefix, mutant });
  const randoms = Array.from({ length: options.writers ?? 2 }, (_, n) => new SeededRandom(seed * 31 + n));
  await using writers = await RowWriters.open(source, randoms);

  // Rows from before there is a slot are not in its stream.
  await stage.startStreaming();
  const total = { rounds: 0, rows: 0, unplayed: 0, alarms: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const played: Partial<Record<FaultName, number>> = {};
  const plan = planRounds({ faults: wanted, producers: options.producers ?? PRODUCER_CLIENTS, seed });
  const isOver = (): boolean => signal?.aborted === true;
  let lastId = NO_ID;
  for (let round = 1; round <= rounds && !isOver(); round += 1) {
    const random = new SeededRandom(seed * 1_000_003 + round);
    const { fault, producer } = plan.next();
    stage.producer = producer;
    stage.batchRows = random.pick([100, 500, 5000]);
    const play = async (): Promise<void> => {
      await stage.clear();
      if (startsPublisher(fault)) await stage.startStreaming();
      if (startsWriters(fault)) writers.write();
      await FAULTS[fault]({
        stage,
        random,
        restart: servers.restart,
        write: () => writers.write(),
        writeLarge: (rows) => writeLarge(source, { random, rows }),
      });
    };
    // A publisher that does not come back is judged by the rows that it owes.
    const unplayed = await play().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    await aMoment(random, 500);
    await writers.rest();
    await source.closeRound();
    const outcome = await settle({ source, reader, lastId, patienceMs, signal });
    // A round that was broken off says nothing.
    if (isOver()) break;
    lastId = outcome.lastId;
    played[fault] = (played[fault] ?? 0) + 1;
    total.rounds = round;
    total.rows += outcome.rows;
    total.unplayed += unplayed === undefined ? 0 : 1;
    const alarms = stage.takeAlarms();
    total.alarms += alarms.length === 0 ? 0 : 1;
    for (const counter of COUNTERS) total[counter] += outcome.findings[counter];
    const { rows, settleMs, findings } = outcome;
    onRound?.({
      ...findings,
      ...(unplayed === undefined ? {} : { unplayed }),
      round,
      fault,
      producer,
      rows,
      settleMs,
      alarms,
    });
    if (mutant !== undefined && COUNTERS.some((counter) => total[counter] > 0)) break;
  }
  return { ...total, faults: played, skipped };
}

/** Every fault once before one comes again, and each with all producers by turns. */
function planRounds(options: { faults: readonly FaultName[]; producers: readonly ProducerClient[]; seed: number }) {
  const { faults, producers, seed } = options;
  const order = inTurns(faults, seed);
  const turns = new Map<FaultName, number>();
  let rounds = 0;
  return {
    /** @throws RangeError when there is nothing to play */
    next(): { fault: FaultName; producer: ProducerClient } {
      const fault = order.next().value;
      const turn = turns.get(fault) ?? rounds;
      const producer = producers[turn % producers.length];
      if (producer === undefined) throw new RangeError('no producer to play with');
      turns.set(fault, turn + 1);
      rounds += 1;
      return { fault, producer };
    },
  };
}

async function writeLarge(source: CampaignSource, plan: { random: SeededRandom; rows: number }): Promise<void> {
  const client = await source.connect();
  try {
    await writeTransaction(client, { ...plan, commits: true });
  } finally {
    await client.end();
  }
}

function partition<T>(list: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [list.filter(belongs), list.filter((item) => !belongs(item))];
}
