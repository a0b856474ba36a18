import type { Stack } from '#stack';
import { COUNTERS, type Counters, type Findings } from '../campaign.checker.ts';
import { SeededRandom } from '../seeded.random.ts';
import { LoopContacts } from './loop.contacts.ts';
import { LoopContracts } from './loop.contracts.ts';
import type { LoopMutant } from './loop.mutants.ts';
import { wordOf, type LoopRecords, type ProductEvent, type ToldEvent } from './loop.records.ts';
import { LoopStage } from './loop.stage.ts';

export interface LoopCampaignOptions {
  readonly servers: Pick<Stack, 'postgresUrl'>;
  /** Half of them contacts, half of them contracts. */
  readonly records: number;
  readonly rounds: number;
  /** Edits of a round, about half of them the product's. */
  readonly edits: number;
  readonly seed: number;
  readonly mutant?: LoopMutant | undefined;
  readonly onRound?: (round: LoopRound) => void;
  readonly signal?: AbortSignal;
}

export interface LoopRound extends Findings {
  readonly round: number;
  readonly edits: number;
  /** Writes of ours so far. */
  readonly writes: number;
  readonly settleMs: number;
}

export interface LoopCampaignResult extends Counters {
  readonly rounds: number;
  readonly edits: number;
  readonly writes: number;
}

/** Edits between two turns, at most. */
const BURST = 100;
/** Records of each kind that both change at once at the end of a round. */
const CROSSINGS = 5;
/** Turns after which all has long been quiet: each thing that is under way takes one step in each. */
const PATIENCE_TURNS = 12;
const EXAMPLES = 10;

/**
 * Product and people edit the same records at random, and all that moves between them takes its steps in a random order. After each round
 * nothing may be under way, both sides are equal by the rules of who owns what, and no record was written more often than it was edited.
 */
export async function runLoopCampaign(options: LoopCampaignOptions): Promise<LoopCampaignResult> {
  const { servers, records, rounds, seed, mutant, onRound, signal } = options;
  const half = Math.ceil(records / 2);
  const kinds = [new LoopContacts(half), new LoopContracts(records - half)];
  await using stage = await LoopStage.open({ servers, kinds, mutant });
  const loop = new Loop(stage, kinds, new SeededRandom(seed));
  await loop.begin();
  const total = { rounds: 0, edits: 0, writes: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    const played = await loop.play(options.edits);
    // A round that was broken off says nothing.
    if (signal?.aborted === true) break;
    total.rounds = round;
    total.edits += options.edits;
    total.writes = played.writes;
    for (const counter of COUNTERS) total[counter] += played[counter];
    onRound?.({ round, edits: options.edits, ...played });
    if (mutant !== undefined && COUNTERS.some((counter) => total[counter] > 0)) break;
  }
  return total;
}

interface Of<T> {
  readonly kind: LoopRecords;
  readonly event: T;
}

/** What is under way between the product, the fold, the CRM and the hydrator. */
class Loop {
  readonly #stage: LoopStage;
  readonly #kinds: readonly LoopRecords[];
  readonly #random: SeededRandom;
  /** Said by the product and not folded yet; told to it and not taken yet. */
  #said: Of<ProductEvent>[] = [];
  #told: Of<ToldEvent>[] = [];
  readonly #edits = new Map<string, number>();
  readonly #lastTold = new Map<string, string>();
  #misordered: string[] = [];

  constructor(stage: LoopStage, kinds: readonly LoopRecords[], random: SeededRandom) {
    [this.#stage, this.#kinds, this.#random] = [stage, kinds, random];
  }

  async begin(): Promise<void> {
    this.#said = this.#kinds.flatMap((kind) => kind.begin().map((event) => ({ kind, event })));
    // The first write makes a record; what was said beside it counts as an edit.
    for (const { kind, event } of this.#said)
      if (event.type === 'contract.signed') this.#count(kind, wordOf(event.data, 'contract_number'));
    const turns = await this.#untilQuiet();
    if (turns === null) throw new Error('the records are not made');
  }

  async play(edits: number): Promise<Findings & { writes: number; settleMs: number }> {
    for (let left = edits; left > 0;) {
      const burst = Math.min(left, this.#random.int(1, BURST));
      left -= burst;
      for (let edit = 0; edit < burst; edit += 1) await this.#edit();
      await this.#turn(this.#random.shuffled(STEPS));
    }
    await this.#cross();
    const from = performance.now();
    const turns = await this.#untilQuiet();
    const settleMs = Math.round(performance.now() - from);
    return { ...(await this.#judge(turns !== null)), settleMs };
  }

  async #edit(): Promise<void> {
    const kind = this.#random.pick(this.#kinds);
    const name = this.#random.pick(kind.names);
    if (this.#random.chance(0.5)) this.#change(kind, name);
    else await this.#changeInCrm(kind, name);
  }

  /** Both change the same records at once: what either says is under way while the other changes it. */
  async #cross(): Promise<void> {
    for (const kind of this.#kinds) {
      for (const name of this.#random.shuffled(kind.names).slice(0, CROSSINGS)) {
        this.#change(kind, name);
        await this.#changeInCrm(kind, name);
      }
    }
  }

  #change(kind: LoopRecords, name: string): void {
    this.#count(kind, name);
    this.#said.push({ kind, event: kind.change(name, this.#random) });
  }

  async #changeInCrm(kind: LoopRecords, name: string): Promise<void> {
    this.#count(kind, name);
    await this.#stage.edit(kind, name, kind.edit(name, this.#random));
  }

  #count({ module }: LoopRecords, name: string): void {
    const key = `${module}/${name}`;
    this.#edits.set(key, (this.#edits.get(key) ?? 0) + 1);
  }

  async #turn(steps: readonly Step[]): Promise<void> {
    await this.#stage.pass();
    for (const step of steps) await this[step]();
  }

  /** In this order what moves never catches up with what moves before it: a loop would go on for ever. Null: it does. */
  async #untilQuiet(): Promise<number | null> {
    for (let turn = 0; turn < PATIENCE_TURNS; turn += 1) {
      const isQuiet = this.#said.length + this.#told.length === 0 && !(await this.#stage.isDirty());
      if (isQuiet) return turn;
      await this.#turn(['hydrate', 'fold', 'dispatch', 'take']);
    }
    return null;
  }

  async hydrate(): Promise<void> {
    await this.#stage.hydrate();
    for (const each of await this.#stage.told()) {
      const [id, at] = [wordOf(each.event.payload, 'record_id'), wordOf(each.event.payload, 'changed_at')];
      const last = this.#lastTold.get(id) ?? '';
      if (at < last) this.#misordered.push(`${each.event.type} of ${id}: ${at} after ${last}`);
      this.#lastTold.set(id, at);
      this.#told.push(each);
    }
  }

  async fold(): Promise<void> {
    await this.#stage.fold(this.#said.splice(0));
  }

  dispatch(): Promise<void> {
    return this.#stage.dispatch();
  }

  take(): Promise<void> {
    for (const { kind, event } of this.#told.splice(0))
      this.#said.push(...kind.take(event).map((said) => ({ kind, event: said })));
    return Promise.resolve();
  }

  async #judge(isQuiet: boolean): Promise<Findings & { writes: number }> {
    const doubled: string[] = [];
    const wrong = isQuiet ? [] : ['what is under way does not come to an end'];
    let [writes, lost] = [0, 0];
    const differences: string[] = [];
    for (const kind of this.#kinds) {
      const records = await this.#stage.records(kind);
      differences.push(...kind.differences(records));
      lost += kind.names.filter((name) => !records.has(name)).length;
      for (const [name, { id }] of records) {
        const [written, edited] = [this.#stage.writes.get(id) ?? 0, this.#edits.get(`${kind.module}/${name}`) ?? 0];
        writes += written;
        if (written > edited + 1)
          doubled.push(`${kind.module} ${name} was written ${written} times for ${edited} edits`);
      }
    }
    const misordered = this.#misordered.splice(0);
    const examples = [
      ...wrong.map((what) => `wrong: ${what}`),
      ...differences.map((what) => `lost: ${what}`),
      ...doubled.map((what) => `doubled: ${what}`),
      ...misordered.map((what) => `misordered: ${what}`),
    ].slice(0, EXAMPLES);
    const counts = { doubled: doubled.length, misordered: misordered.length, wrong: wrong.length };
    return { writes, lost: lost + differences.length, ...counts, examples };
  }
}

const STEPS = ['hydrate', 'fold', 'dispatch', 'take'] as const;
type Step = (typeof STEPS)[number];
