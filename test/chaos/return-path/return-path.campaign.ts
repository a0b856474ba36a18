import { setTimeout as wait } from 'node:timers/promises';
import { FAULT_POINTS, type FaultPoint } from '../../../apps/webhooks/src/fault.points.ts';
import { COUNTERS, type Counters, type Findings } from '../campaign.checker.ts';
import { inTurns } from '../round.plan.ts';
import { SeededRandom } from '../seeded.random.ts';
import { ReturnPathChecker } from './return-path.checker.ts';
import { beginMutant, endMutant, type ReturnPathMutant } from './return-path.mutants.ts';
import { ReturnPathStage } from './return-path.stage.ts';
import { WEATHER, WEATHER_NAMES, type Weather, type WeatherName } from './return-path.weather.ts';

export interface ReturnPathOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Edits of a round, on so many records. */
  readonly edits: number;
  readonly records: number;
  /** In an order that the seed decides, each once before one comes again; all unless given. */
  readonly weather?: readonly WeatherName[];
  /** Steps at which the service is killed in a round; default 2. */
  readonly kills?: number;
  /** What is not in the product so long after a round is lost; default 90 s. */
  readonly patienceMs?: number;
  readonly mutant?: ReturnPathMutant | undefined;
  readonly onRound?: (round: ReturnPathRound) => void;
  readonly signal?: AbortSignal;
}

export interface ReturnPathRound extends Findings {
  readonly round: number;
  readonly fault: WeatherName;
  readonly edits: number;
  /** Steps at which the service was killed. */
  readonly killed: readonly string[];
  readonly settleMs: number;
  /** Steps that it did not pass, so that nothing was shown of them. */
  readonly unplayed?: string;
}

export interface ReturnPathResult extends Counters {
  readonly rounds: number;
  readonly edits: number;
  readonly unplayed: number;
  readonly faults: Readonly<Partial<Record<WeatherName, number>>>;
  /** Steps at which the service was killed, with how often. */
  readonly points: Readonly<Partial<Record<string, number>>>;
}

const STATUSES = ['Contacted', 'Lost Lead', 'Junk Lead', 'Not Contacted', 'Pre-Qualified'];
const PATIENCE_MS = 90_000;
const KILLS = 2;
/** Nothing comes to these while the CRM takes no channel from the service. */
const OF_CHANNELS: ReadonlySet<string> = new Set<FaultPoint>([
  'notification stored',
  'notifications marked',
  'channel subscribed',
]);
/** So often something is done that takes the service past the steps that are left. */
const NUDGE_MS = 500;

/**
 * People edit records while notifications are lost, doubled, reordered, delayed and withheld, nobody is there, the CRM's clock leaps, and
 * the webhook service is killed at its named steps. After the sweeps the product has to hold what the CRM does, each change once.
 */
export async function runReturnPathCampaign(options: ReturnPathOptions): Promise<ReturnPathResult> {
  const { rounds, seed, weather = WEATHER_NAMES, mutant, onRound, signal } = options;
  await using campaign = await ReturnPathCampaign.open(options);
  const total = { rounds: 0, edits: 0, unplayed: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const faults: Partial<Record<WeatherName, number>> = {};
  const points: Partial<Record<string, number>> = {};
  const order = inTurns(weather, seed);
  for (let round = 1; round <= rounds; round += 1) {
    const report = await campaign.play(order.next().value, mutant);
    // A round that was broken off says nothing.
    if (signal?.aborted === true) break;
    faults[report.fault] = (faults[report.fault] ?? 0) + 1;
    for (const point of report.killed) points[point] = (points[point] ?? 0) + 1;
    total.rounds = round;
    total.edits += report.edits;
    total.unplayed += report.unplayed === undefined ? 0 : 1;
    for (const counter of COUNTERS) total[counter] += report[counter];
    onRound?.(report);
    if (mutant !== undefined && COUNTERS.some((counter) => total[counter] > 0)) break;
  }
  return { ...total, faults, points };
}

/** Rounds in one system. */
export class ReturnPathCampaign implements AsyncDisposable {
  readonly #options: ReturnPathOptions;
  readonly #random: SeededRandom;
  readonly #points: Generator<string, never>;
  /** Points whose turn it was in a round that could not come to them. */
  readonly #putOff: string[] = [];
  #stage: ReturnPathStage;
  #checker = new ReturnPathChecker();
  #history: Map<string, string[]>;
  #rounds = 0;

  private constructor(stage: ReturnPathStage, options: ReturnPathOptions) {
    [this.#stage, this.#options] = [stage, options];
    this.#random = new SeededRandom(options.seed);
    this.#points = inTurns(FAULT_POINTS, options.seed);
    this.#history = newHistory(options);
  }

  static async open(options: ReturnPathOptions): Promise<ReturnPathCampaign> {
    return new ReturnPathCampaign(await ReturnPathStage.open([...newHistory(options).keys()]), options);
  }

  async play(fault: WeatherName, mutant?: ReturnPathMutant): Promise<ReturnPathRound> {
    const { edits, kills = KILLS, patienceMs = PATIENCE_MS } = this.#options;
    const weather: Weather = WEATHER[fault];
    this.#rounds += 1;
    if (!this.#stage.keepsChannels(weather) && this.#stage.hasLeaped) await this.#startAnew();
    if (mutant !== undefined) await beginMutant(this.#stage.integration, mutant);
    const points = this.#pointsOf(weather, mutant === undefined ? kills : 0);
    const armedAt = this.#random.int(0, edits - 1);
    await this.#stage.begin(weather);
    for (let edit = 0; edit < edits; edit += 1) {
      if (edit === armedAt) await this.#stage.arm(points);
      await this.#edit();
      await wait(this.#random.int(0, 10));
    }
    await this.#stage.end(weather);
    const left = await this.#passLeft(patienceMs);
    const from = performance.now();
    const wanted = new Map([...this.#history].map(([id, values]) => [id, values.at(-1) ?? '']));
    const isSettled = await this.#stage.settled(wanted, patienceMs);
    const [told, held] = [await this.#stage.told(), await this.#stage.held()];
    const found = this.#checker.check({ history: this.#history, told, held });
    if (mutant !== undefined) await endMutant(this.#stage.integration, mutant);
    // Not at rest, though all that is there is right.
    const isRestless = !isSettled && found.lost === 0;
    return {
      ...found,
      wrong: found.wrong + (isRestless ? 1 : 0),
      examples: [...found.examples, ...(isRestless ? ['wrong: it does not come to rest'] : [])],
      round: this.#rounds,
      fault,
      edits,
      killed: points.filter((point) => !left.includes(point)),
      settleMs: Math.round(performance.now() - from),
      ...(left.length === 0 ? {} : { unplayed: `the service did not pass: ${left.join(', ')}` }),
    };
  }

  /** The next points in turn; those that want a channel wait for a round that leaves the service one. */
  #pointsOf(weather: Weather, count: number): string[] {
    const hasChannels = this.#stage.keepsChannels(weather);
    const isPlayed = (point: string): boolean => hasChannels || !OF_CHANNELS.has(point);
    const most = Math.min(count, FAULT_POINTS.filter(isPlayed).length);
    const points = new Set(this.#putOff.filter(isPlayed).slice(0, most));
    for (const point of points) this.#putOff.splice(this.#putOff.indexOf(point), 1);
    while (points.size < most) {
      const point = this.#points.next().value;
      if (isPlayed(point)) points.add(point);
      else if (!this.#putOff.includes(point)) this.#putOff.push(point);
    }
    return [...points];
  }

  /** Another system, whose CRM has the time of its service. */
  async #startAnew(): Promise<void> {
    await this.#stage[Symbol.asyncDispose]();
    this.#history = newHistory(this.#options);
    this.#checker = new ReturnPathChecker();
    this.#stage = await ReturnPathStage.open([...this.#history.keys()]);
  }

  /** Goes on until the service has ended at all of its points. @returns those that it did not pass in time. */
  async #passLeft(patienceMs: number): Promise<string[]> {
    const deadline = performance.now() + patienceMs;
    while (this.#stage.armed.length > 0 && performance.now() < deadline) {
      await this.#stage.provoke();
      await this.#edit();
      await wait(NUDGE_MS);
    }
    const left = this.#stage.armed;
    this.#stage.disarm();
    return left;
  }

  async #edit(): Promise<void> {
    const id = this.#random.pick([...this.#history.keys()]);
    const value = this.#random.pick(STATUSES);
    await this.#stage.edit(id, value);
    this.#history.get(id)?.push(value);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stage[Symbol.asyncDispose]();
  }
}

/** By record, what it was made with. */
function newHistory({ records }: ReturnPathOptions): Map<string, string[]> {
  return new Map(Array.from({ length: records }, (_, index) => [`r-${index}`, ['']]));
}
