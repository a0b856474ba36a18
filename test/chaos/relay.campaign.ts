import type { Stack } from '#stack';
import { readWorld } from '../support/crm.world.ts';
import { expectedCrm } from '../support/fold.oracle.ts';
import { userInTrial, userWhoPays, workloadOf } from '../support/site.users.ts';
import { COUNTERS, type Counters, type Findings } from './campaign.checker.ts';
import { checkRelay } from './relay.checker.ts';
import { RELAY_FAULTS, RELAY_FAULT_NAMES, isRelayPlayable, startsRelay, type RelayFaultName } from './relay.faults.ts';
import type { RelayMutant } from './relay.mutants.ts';
import { settleRelay } from './relay.settle.ts';
import { RelayStage, aMoment } from './relay.stage.ts';
import { inTurns } from './round.plan.ts';
import { SeededRandom } from './seeded.random.ts';

export interface RelayCampaignOptions {
  /** Servers without `restart` are somebody else's: faults that restart them are skipped. */
  readonly servers: Pick<Stack, 'postgresUrl' | 'kafkaBrokers' | 'restart'>;
  readonly rounds: number;
  readonly seed: number;
  /** Ordered by the seed, each once before one comes again; all of them unless given. */
  readonly faults?: readonly RelayFaultName[];
  /** Relays with a promise broken, to see that the campaign finds it; it ends with the first finding then. */
  readonly mutant?: RelayMutant | undefined;
  /** What is still under way so long after the end of a round is lost; default 90 s. */
  readonly patienceMs?: number;
  readonly onRound?: (round: RelayRound) => void;
  /** Breaks the round under way off and ends the campaign. */
  readonly signal?: AbortSignal;
}

export interface RelayRound extends Findings {
  readonly round: number;
  readonly fault: RelayFaultName;
  /** Deliveries to the relay, repetitions included. */
  readonly events: number;
  /** Writes that took effect in the CRM. */
  readonly writes: number;
  /** From the end of the fault until nothing was under way. */
  readonly settleMs: number;
  /** Why the fault could not be played: then the round shows nothing of it. */
  readonly unplayed?: string;
  /** Commands that were parked, and crashes: no fault here gives a reason for either. */
  readonly alarms: readonly string[];
}

export interface RelayCampaignResult extends Counters {
  readonly rounds: number;
  readonly events: number;
  readonly unplayed: number;
  readonly alarms: number;
  /** How often each fault was played. */
  readonly faults: Readonly<Partial<Record<RelayFaultName, number>>>;
  /** Faults left out because the servers are not the campaign's own. */
  readonly skipped: readonly RelayFaultName[];
}

const PATIENCE_MS = 90_000;
const FIRST_USER = 1_000_000;
const USERS_A_ROUND = 1000;
const USERS = { min: 3, max: 6 };
const EVENTS = { min: 4, max: 10 };
/** So long before the end of its trial the schedule says nothing by itself. */
const TRIAL_DAYS = 10;
const DAY_MS = 86_400_000;

/** Plays rounds of faults against relays while events flow, and compares the CRM after each with what the fold says. */
export async function runRelayCampaign(options: RelayCampaignOptions): Promise<RelayCampaignResult> {
  const { servers, rounds, seed, mutant, onRound, signal } = options;
  const named = options.faults ?? RELAY_FAULT_NAMES;
  const faults = named.filter((name) => isRelayPlayable(name, servers.restart));
  const skipped = named.filter((name) => !isRelayPlayable(name, servers.restart));
  await using stage = await RelayStage.open({ servers, mutant });
  const total = { rounds: 0, events: 0, unplayed: 0, alarms: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const played: Partial<Record<RelayFaultName, number>> = {};
  const order = inTurns(faults, seed);
  for (let round = 1; round <= rounds; round += 1) {
    const fault = order.next().value;
    const report = await playRound(stage, { ...options, round, fault });
    // A round that was broken off says nothing.
    if (signal?.aborted === true) break;
    played[fault] = (played[fault] ?? 0) + 1;
    total.rounds = round;
    total.events += report.events;
    total.unplayed += report.unplayed === undefined ? 0 : 1;
    total.alarms += report.alarms.length === 0 ? 0 : 1;
    for (const counter of COUNTERS) total[counter] += report[counter];
    onRound?.(report);
    if (mutant !== undefined && COUNTERS.some((counter) => total[counter] > 0)) break;
  }
  return { ...total, faults: played, skipped };
}

interface Round extends RelayCampaignOptions {
  readonly round: number;
  readonly fault: RelayFaultName;
}

async function playRound(stage: RelayStage, given: Round): Promise<RelayRound> {
  const { servers, round, fault, seed, patienceMs = PATIENCE_MS, signal } = given;
  const random = new SeededRandom(seed * 1_000_003 + round);
  const firstUser = FIRST_USER + round * USERS_A_ROUND;
  const trialEnd = new Date(Date.now() + TRIAL_DAYS * DAY_MS).toISOString().slice(0, 10);
  const { lives, deliveries } = workloadOf(random.int(1, 1_000_000_000), { firstUser, users: USERS, events: EVENTS });
  const [inTrial, paying] = [firstUser + lives.length, firstUser + lives.length + 1];
  const events = [...userInTrial(inTrial, trialEnd), ...zipped(userWhoPays(paying), deliveries)];
  const users = new Set([...lives.map(({ userId }) => userId), inTrial, paying].map(String));
  stage.feed.forget();
  await stage.calm(startsRelay(fault) ? 1 : 0);
  const fed = feedSlowly(stage, { events, random: new SeededRandom(seed + round) });
  // A relay that does not come back is judged by what it owes.
  const unplayed = await RELAY_FAULTS[fault]({
    stage,
    random,
    fed,
    userIds: [...users],
    restart: servers.restart,
  }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await fed;
  await stage.calm(1);
  const from = performance.now();
  const left = await settleRelay(stage, { patienceMs, signal });
  const settleMs = Math.round(performance.now() - from);
  const writes = await stage.journal.next();
  const world = await readWorld(stage.crm, writes);
  const expected = expectedCrm(stage.pack.mapping, stage.feed.delivered);
  const findings = checkRelay({ expected, world, users });
  return {
    ...findings,
    // What is still under way may come right later: that it does not come to rest is a finding of its own.
    wrong: findings.wrong + left.length,
    examples: [...findings.examples, ...left.map((what) => `wrong: not at rest: ${what}`)],
    ...(unplayed === undefined ? {} : { unplayed }),
    round,
    fault,
    events: stage.feed.delivered.length,
    writes: writes.length,
    settleMs,
    alarms: stage.takeAlarms(),
  };
}

/** The events of both by turns, each in their order. */
function zipped<T>(some: readonly T[], others: readonly T[]): T[] {
  const length = Math.max(some.length, others.length);
  return Array.from({ length }, (_, at) => [...some.slice(at, at + 1), ...others.slice(at, at + 1)]).flat();
}

/** A few events at a time, so that a fault meets them on all their ways. */
async function feedSlowly(
  stage: RelayStage,
  { events, random }: { events: Parameters<RelayStage['feed']['deliver']>[0]; random: SeededRandom },
): Promise<void> {
  for (let at = 0; at < events.length;) {
    const size = random.int(1, 8);
    await stage.feed.deliver(events.slice(at, at + size));
    at += size;
    await aMoment(random, 150);
  }
}
