import type { Kysely } from 'kysely';
import type { JsonObject } from '#contracts';
import { stateKey, type EventRecord, type FoldStep } from '#folding';
import type { Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import { recordDifferences } from '../fold/record.difference.ts';
import { ReplayFold, type ReplayedKey } from '../fold/replay.fold.ts';
import { EventReader } from '../history/event.reader.ts';
import { readSeenKeys } from '../history/fold.rows.ts';
import { readHistories } from '../history/key.histories.ts';
import { Pace } from '../pace.ts';
import { isWholeKeys, selectedTopics, selects, type Selection } from '../selection.ts';
import type { EventSource } from '../source/event.source.ts';
import { DryRunReport, type DryRunResult } from './dry.run.report.ts';
import { KeptSteps } from './kept.steps.ts';
import { KnownConnections } from './known.connections.ts';
import { projectionOf, readStates } from './stored.states.ts';

/** What states begin with: the mapping's initial one, those that the relay has, or some that are given (by `stateKey`). */
export type Base = 'initial' | 'stored' | ReadonlyMap<string, JsonObject>;

export interface DryRunOptions {
  readonly db: Kysely<IntegrationDatabase>;
  /** The mapping that events go through. */
  readonly mapping: Mapping;
  /** The mapping that the relay works with, where it is another version. */
  readonly current?: Mapping;
  readonly source: EventSource;
  readonly topicPrefix: string;
  readonly selection: Selection;
  readonly base: Base;
  /** Events a second at most. */
  readonly rate?: number;
  /** Differences that are told one by one. */
  readonly examples?: number;
  readonly onProgress?: (done: number, all: number) => void;
}

/** Keys that are compared, or put in order, with one query. */
const AT_A_TIME = 500;

/**
 * Reads events again and folds them in memory: says which commands would exist, and in which fields the records differ from what the relay's
 * states want now. It writes nothing anywhere: no state, no command, no offset, no call.
 * @throws CausewayError when Kafka, the outbox or Postgres cannot be reached
 */
export async function dryRun(options: DryRunOptions): Promise<DryRunResult> {
  return new DryRun(options).run();
}

class DryRun {
  readonly #options: DryRunOptions;
  readonly #reader: EventReader;
  readonly #report: DryRunReport;
  readonly #connections: KnownConnections;
  readonly #pace: Pace;
  readonly #isSelected: (step: FoldStep) => boolean;
  #all = 0;

  constructor(options: DryRunOptions) {
    const { db, mapping, topicPrefix, selection, examples = 20, rate } = options;
    this.#options = options;
    this.#reader = new EventReader(mapping, topicPrefix);
    this.#report = new DryRunReport(examples);
    this.#connections = new KnownConnections(db, mapping);
    this.#pace = new Pace(rate);
    this.#isSelected = selects(selection);
  }

  async run(): Promise<DryRunResult> {
    const { selection } = this.#options;
    const unknown = selection.keys === undefined ? undefined : await this.#runKeys(selection.keys);
    if (unknown?.length !== 0) await this.#runParts(unknown);
    return this.#report.result();
  }

  /** By the index of folds. Gives back those of which nothing was folded. */
  async #runKeys(keys: readonly string[]): Promise<string[]> {
    const { db, mapping, source, selection } = this.#options;
    const tenants = selection.tenantId === undefined ? await tenantsOf(this.#options, keys) : [selection.tenantId];
    const wanted = keys.flatMap((key) => tenants.map((tenantId) => ({ tenantId, key })));
    const { from, to } = selection;
    const time = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const histories = await readHistories(db, { mapping, reader: this.#reader, source, keys: wanted, ...time });
    this.#all = histories.reduce((sum, { steps }) => sum + steps.length, 0);
    const fold = await this.#begin(histories.flatMap(({ steps }) => steps));
    for (const { steps } of histories) await this.#fold(fold, steps);
    const incomplete = new Set(histories.filter(({ missing }) => missing > 0).map((history) => stateKey(history)));
    await this.#compare(fold, { isWhole: true, incomplete });
    const known = new Set(histories.map(({ key }) => key));
    return keys.filter((key) => !known.has(key));
  }

  async #runParts(keys: readonly string[] | undefined): Promise<void> {
    const { db, mapping, source, selection } = this.#options;
    const topics = selectedTopics(mapping, this.#options);
    const parts = await source.parts({ ...selection, topics, ...(keys === undefined ? {} : { keys }) });
    this.#all += parts.reduce((sum, { records }) => sum + records, 0);
    const seen = mapping.returns === null ? new Set<string>() : await readSeenKeys(db, mapping);
    // Where a key's events are of several topics, only the folds tell their order.
    const isKept = ({ tenantId, key }: FoldStep): boolean =>
      mapping.topics.length > 1 || (seen.size > 0 && seen.has(JSON.stringify([tenantId, key])));
    const wanted = keys === undefined ? null : new Set(keys);
    for (const part of parts) {
      const fold = await this.#begin([]);
      const kept = new KeptSteps({ db, mapping });
      for await (const records of part.read()) {
        const own = wanted === null ? records : records.filter(({ key }) => key !== null && wanted.has(String(key)));
        const steps = this.#stepsOf(own);
        await this.#learn(fold, steps);
        await this.#fold(
          fold,
          steps.filter((step) => !isKept(step) || !kept.add(step)),
        );
      }
      for await (const ordered of kept.inOrder(this.#connections.all, selection)) {
        await this.#learn(fold, ordered);
        await this.#fold(fold, ordered);
      }
      await this.#compare(fold, { isWhole: part.whole, incomplete: new Set() });
    }
  }

  #stepsOf(records: readonly EventRecord[]): FoldStep[] {
    return records.flatMap((record) => {
      const read = this.#reader.read(record);
      if ('step' in read) return this.#isSelected(read.step) ? [read.step] : [];
      this.#report.unusable(read.code);
      return [];
    });
  }

  readonly #bases = new WeakMap<ReplayFold, Map<string, JsonObject>>();

  async #begin(steps: readonly FoldStep[]): Promise<ReplayFold> {
    const { mapping, base } = this.#options;
    const states = new Map<string, JsonObject>(typeof base === 'string' ? [] : base);
    const fold = new ReplayFold({ mapping, connections: this.#connections.all, base: states });
    this.#bases.set(fold, states);
    await this.#learn(fold, steps);
    return fold;
  }

  /** What has to be known before these steps can be folded: connections, and stored states where one begins with them. */
  async #learn(fold: ReplayFold, steps: readonly FoldStep[]): Promise<void> {
    const { db, mapping, base } = this.#options;
    await this.#connections.learn(steps);
    if (base !== 'stored' || steps.length === 0) return;
    const known = this.#bases.get(fold);
    const owners = (step: FoldStep) =>
      mapping.scope === 'tenant' || step.connectionId !== undefined
        ? [step]
        : (this.#connections.all.get(step.tenantId) ?? []).map(({ id }) => ({ ...step, connectionId: id }));
    const keys = steps.flatMap(owners).filter((key) => known?.has(stateKey(key)) === false);
    const distinct = [...new Map(keys.map((key) => [stateKey(key), key])).values()];
    for (const [name, state] of await readStates(db, mapping, distinct)) known?.set(name, state);
  }

  async #fold(fold: ReplayFold, steps: readonly FoldStep[]): Promise<void> {
    for (const step of steps) {
      if (!this.#isSelected(step)) continue;
      this.#report.event();
      for (const one of fold.fold(step)) this.#report.add(one);
    }
    this.#options.onProgress?.(this.#report.events, this.#all);
    await this.#pace.after(steps.length);
  }

  /** Against what the relay's states want now, where that is a fair comparison: whole pasts, or what stored states become. */
  async #compare(
    fold: ReplayFold,
    { isWhole, incomplete }: { isWhole: boolean; incomplete: ReadonlySet<string> },
  ): Promise<void> {
    const { db, mapping, current = mapping, base, selection } = this.#options;
    const isFair = base === 'stored' || (base === 'initial' && isWhole && isWholeKeys(selection));
    const keys = [...fold.keys()];
    this.#report.met({ keys: keys.length, repeated: fold.repeated });
    if (!isFair) return;
    for (let at = 0; at < keys.length; at += AT_A_TIME) {
      const some = keys.slice(at, at + AT_A_TIME);
      const states = await readStates(db, current, some);
      for (const key of some) this.#compareKey(key, { state: states.get(stateKey(key)), incomplete });
    }
  }

  #compareKey(
    key: ReplayedKey,
    { state, incomplete }: { state: JsonObject | undefined; incomplete: ReadonlySet<string> },
  ): void {
    const { mapping, current = mapping } = this.#options;
    const before = projectionOf(current, { key, state, connections: this.#connections.all });
    if (before === null || incomplete.has(stateKey(key))) return this.#report.incomparable();
    this.#report.compared(key, recordDifferences(before, key.projection));
  }
}

/** Tenants that have folds of these keys. */
async function tenantsOf({ db, mapping }: DryRunOptions, keys: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('relay.states')
    .select('tenant_id')
    .distinct()
    .where('mapping', '=', mapping.name)
    .where('key', 'in', [...keys])
    .execute();
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}
