import { sql, type Kysely } from 'kysely';
import { topicNames } from '#contracts';
import { admit } from '#inbox';
import type { BatchRecord, RecordBatch } from '#kafka';
import { insertCommands } from '#ledger';
import type { Mapping } from '#mapping';
import type { Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import { foldBatch, type FoldConnection, type FoldedEvent } from './batch.fold.ts';
import { storeFolds } from './fold.store.ts';
import type { MapperMetrics } from './mapper.metrics.ts';
import { storeTimers } from '../schedule/timer.store.ts';
import { readRecord, type Reading } from './record.reading.ts';
import { storeSetAside, type SetAsideRecord } from './set-aside.store.ts';
import { loadStates, storeStates } from './state.store.ts';

export interface MapperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly mappings: readonly Mapping[];
  readonly topicPrefix: string;
  readonly logger: Logger;
  readonly metrics: MapperMetrics;
}

type Usable = Extract<Reading, { event: object }> & { code?: undefined };
type FoldedRecord = FoldedEvent & { readonly record: BatchRecord };

/** The mapper: per poll batch one transaction with inbox check, folds, new states and commands. */
export class MapperService {
  readonly #options: MapperOptions;
  /** Topic -> mapping and the aggregate type that the topic carries. */
  readonly #topics: ReadonlyMap<string, { mapping: Mapping; aggregateType: string }>;

  constructor(options: MapperOptions) {
    this.#options = options;
    const names = topicNames(options.topicPrefix);
    this.#topics = new Map(
      options.mappings.flatMap((mapping) =>
        mapping.topics.map((aggregateType) => [
          names.product(mapping.product, aggregateType),
          { mapping, aggregateType },
        ]),
      ),
    );
  }

  /** Topics that the loaded packs read. */
  get topics(): string[] {
    return [...this.#topics.keys()];
  }

  /** Takes one batch. Returns when everything that follows from it is committed; throws only when Postgres fails. */
  async take(batch: RecordBatch): Promise<void> {
    const found = this.#topics.get(batch.topic);
    if (found === undefined) throw new Error(`no pack reads topic ${batch.topic}`);
    const readings = batch.records.map((record) => readRecord(record, found.mapping));
    const said = await transaction(this.#options.db, async (trx) => {
      const unusable = readings.filter((reading): reading is Exclude<Reading, Usable> => 'code' in reading);
      const fresh = await admitFresh(trx, found.mapping, readings.filter(isUsable));
      const folded = await this.#fold(trx, { ...found, fresh });
      const setAside = [...unusable, ...folded.flatMap(setAsideOf)];
      await storeSetAside(trx, setAside);
      return { setAside, folded, repeated: readings.length - unusable.length - fresh.length };
    });
    this.#tell(found.mapping, said);
  }

  async #fold(
    trx: Kysely<IntegrationDatabase>,
    given: { mapping: Mapping; aggregateType: string; fresh: readonly Usable[] },
  ): Promise<FoldedRecord[]> {
    const { mapping, fresh } = given;
    if (fresh.length === 0) return [];
    const events = fresh.map(({ event }) => event);
    const states = await loadStates(trx, mapping, events);
    const connections = await loadConnections(trx, { mapping, tenants: events.map((event) => event.tenantId) });
    const batch = { mapping, events, states, connections, entityType: given.aggregateType };
    const { folded, changed, timers } = foldBatch(batch);
    await storeStates(trx, mapping, changed);
    if (mapping.hasTimers) await storeTimers(trx, mapping, timers);
    await insertCommands(
      trx,
      folded.flatMap(({ commands }) => commands),
    );
    const records = folded.flatMap((entry, index) => {
      const record = fresh[index]?.record;
      return record === undefined ? [] : [{ ...entry, record }];
    });
    await storeFolds(trx, mapping, records);
    return records;
  }

  #tell(mapping: Mapping, said: { setAside: SetAsideRecord[]; folded: FoldedRecord[]; repeated: number }): void {
    const { logger, metrics } = this.#options;
    const labels = { mapping: mapping.name };
    metrics.repeated.inc(labels, said.repeated);
    for (const { event, result } of said.folded) {
      metrics.events.inc({ ...labels, verdict: result.verdict });
      for (const { code, field } of result.problems) {
        metrics.problems.inc({ ...labels, code });
        logger.warn({ ...labels, eventId: event.id, code, field }, 'a value cannot be used');
      }
    }
    for (const { event, record, code, field } of said.setAside) {
      metrics.setAside.inc({ ...labels, code });
      const { topic, partition, offset } = record;
      logger.warn({ ...labels, eventId: event?.id, topic, partition, offset, code, field }, 'an event was set aside');
    }
  }
}

function isUsable(reading: Reading): reading is Usable {
  return !('code' in reading);
}

/** Events that this mapping has not folded yet; of an id that stands twice in the batch the first one counts. */
async function admitFresh(
  trx: Kysely<IntegrationDatabase>,
  mapping: Mapping,
  usable: readonly Usable[],
): Promise<Usable[]> {
  const admitted = await admit(trx, {
    consumer: `relay/${mapping.name}`,
    eventIds: usable.map(({ event }) => event.id),
  });
  return usable.filter(({ event }) => admitted.delete(event.id));
}

async function loadConnections(
  trx: Kysely<IntegrationDatabase>,
  query: { mapping: Mapping; tenants: readonly string[] },
): Promise<Map<string, FoldConnection>> {
  const { rows } = await sql<FoldConnection & { tenant_id: string }>`
    select id, tenant_id, state, settings from connections.connections
     where destination = ${query.mapping.destination}
       and tenant_id = any(${[...new Set(query.tenants)]}::text[])`.execute(trx);
  return new Map(rows.map((row) => [row.tenant_id, { id: row.id, state: row.state, settings: row.settings }]));
}

function setAsideOf({ event, result, record }: FoldedRecord): SetAsideRecord[] {
  if (result.verdict !== 'set_aside') return [];
  return [{ record, event, code: result.code, field: result.field }];
}
