import type { Kysely } from 'kysely';
import {
  eventStep,
  foldSteps,
  mappingsByTopic,
  readRecord,
  storeSetAside,
  type FoldReport,
  type Reading,
  type TopicMapping,
} from '#folding';
import type { RecordBatch } from '#kafka';
import type { Mapping } from '#mapping';
import type { Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { MapperMetrics } from './mapper.metrics.ts';

export interface MapperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly mappings: readonly Mapping[];
  readonly topicPrefix: string;
  readonly logger: Logger;
  readonly metrics: MapperMetrics;
}

type Unusable = Extract<Reading, { code: string }>;
type Usable = Exclude<Reading, Unusable>;

/** The mapper: per poll batch one transaction with inbox check, folds, new states and commands. */
export class MapperService {
  readonly #options: MapperOptions;
  readonly #topics: ReadonlyMap<string, TopicMapping>;

  constructor(options: MapperOptions) {
    this.#options = options;
    this.#topics = mappingsByTopic(options.mappings, options.topicPrefix);
  }

  /** Topics that the loaded packs read. */
  get topics(): string[] {
    return [...this.#topics.keys()];
  }

  /** Takes one batch. Returns when everything that follows from it is committed; throws only when Postgres fails. */
  async take(batch: RecordBatch): Promise<void> {
    const found = this.#topics.get(batch.topic);
    if (found === undefined) throw new Error(`no pack reads topic ${batch.topic}`);
    const { mapping, aggregateType: entityType } = found;
    const { stageSeconds } = this.#options.metrics;
    const onStage = (stage: string, seconds: number): void => stageSeconds.observe({ stage }, seconds);
    const started = performance.now();
    let stored = started;
    const readings = batch.records.map((record) => readRecord(record, mapping));
    const unusable = readings.filter((reading): reading is Unusable => reading.code !== undefined);
    const steps = readings
      .filter((reading): reading is Usable => reading.code === undefined)
      .map(({ event, record }) => eventStep(event, { record, entityType }));
    onStage('read', (performance.now() - started) / 1000);
    const report = await transaction(this.#options.db, async (trx) => {
      await storeSetAside(
        trx,
        unusable.map(({ record, code, field }) => ({ record, code, field, admitted: false })),
      );
      const told = await foldSteps(trx, { mapping, steps, onStage });
      stored = performance.now();
      return told;
    });
    onStage('commit', (performance.now() - stored) / 1000);
    this.#tell(mapping, unusable, report);
  }

  #tell(mapping: Mapping, unusable: readonly Unusable[], report: FoldReport): void {
    const { logger, metrics } = this.#options;
    const labels = { mapping: mapping.name };
    metrics.repeated.inc(labels, report.repeated);
    const verdicts = Map.groupBy(report.folded, ({ result }) => result.verdict);
    for (const [verdict, { length }] of verdicts) metrics.events.inc({ ...labels, verdict }, length);
    for (const { step, result } of report.folded) {
      for (const { code, field } of result.problems) {
        metrics.problems.inc({ ...labels, code });
        logger.warn({ ...labels, eventId: step.id, code, field }, 'a value cannot be used');
      }
    }
    const folded = report.setAside.map(({ step: { id, record }, result }) => ({ id, record, ...reasonOf(result) }));
    for (const { id, record, code, field } of [
      ...unusable.map(({ event, ...rest }) => ({ ...rest, id: event?.id })),
      ...folded,
    ]) {
      metrics.setAside.inc({ ...labels, code });
      const { topic, partition, offset } = record ?? {};
      logger.warn({ ...labels, eventId: id, topic, partition, offset, code, field }, 'an event was set aside');
    }
  }
}

function reasonOf(result: FoldReport['folded'][number]['result']): { code: string; field: string | null } {
  return result.verdict === 'set_aside' ? { code: result.code, field: result.field } : { code: '', field: null };
}
