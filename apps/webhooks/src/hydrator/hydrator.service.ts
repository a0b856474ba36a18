import type { Kysely, QueryExecutorProvider } from 'kysely';
import { listConnections, stopRefused, type Connection } from '#connections';
import type { Lane } from '#contracts';
import { cameBack } from '#folding';
import { lostAmong, putEchoes, type Echo } from '#ledger';
import type { Conflict, Mapping } from '#mapping';
import type { Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import { DirtyClaimer } from '../dirty/dirty.claimer.ts';
import { heldDirty, releaseDirty, type DirtyBatch, type DirtyRecord } from '../dirty/dirty.store.ts';
import { faultPoint } from '../fault.points.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { changedEvent } from './crm.event.ts';
import { readKnowledge, unsettledFields, type Knowledge } from './record.knowledge.ts';
import { foldReturns, lockReturns, type ReturnReading } from './return.fold.ts';
import { fieldsOfPacks, returningLink } from './return.mapping.ts';
import { judgeReading } from './reading.policy.ts';
import { readBatch, type BatchReader, type BatchReading } from './batch.reading.ts';
import { storeReadings, type StoredReading } from './reading.store.ts';
import { storeSeen } from './record.seen.ts';
import { storeUnmatched, unmatchedIn } from './unmatched.store.ts';

/** Records that one call reads. */
const BATCH = 100;

export interface HydratorOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clients: { clientOf(connectionId: string, lane: Lane): Promise<BatchReader> };
  readonly owner: string;
  readonly leaseMs: number;
  /** A connection is not read again within this time, unless a whole batch waits. Default 0. */
  readonly lingerMs?: number;
  /** Those of the packs that are loaded. */
  readonly mappings: readonly Mapping[];
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
}

/** The hydrator: reads dirty records, drops echoes and turns people's edits into events. */
export class HydratorService {
  readonly #options: HydratorOptions;
  readonly #claimer: DirtyClaimer;

  constructor(options: HydratorOptions) {
    this.#options = options;
    this.#claimer = new DirtyClaimer({ ...options, limit: BATCH });
  }

  /** Reads one batch of dirty records. False when there is none. */
  async round(): Promise<boolean> {
    const look = await this.#claimer.next();
    if (look === 'none') return false;
    if (look === 'lingered') return true;
    const { owner, batch } = look;
    faultPoint('records claimed');
    try {
      await this.#hydrate(owner, batch);
    } catch (error) {
      await releaseDirty(this.#options.db, { owner, batch, done: [], again: batch.records });
      throw error;
    }
    return true;
  }

  async #hydrate(owner: string, batch: DirtyBatch): Promise<void> {
    const { db, mappings } = this.#options;
    const connection = (await listConnections(db)).find(({ id }) => id === batch.connectionId);
    const watched = connection?.settings.watch[batch.module] ?? [];
    const fields = [...new Set([...watched, ...fieldsOfPacks(mappings, batch.module)])];
    if (connection === undefined || (fields.length === 0 && !(await isAwaited(db, batch)))) {
      await releaseDirty(db, { owner, batch, done: batch.records, again: [] });
      return;
    }
    const before = await readKnowledge(db, batch);
    const read = await this.#read(batch, { fields, before });
    if (read === null) {
      await releaseDirty(db, { owner, batch, done: [], again: batch.records });
      return;
    }
    faultPoint('records read');
    await this.#store(owner, { batch, connection, watched, read, before });
  }

  /** Null when the CRM did not say; the records are read again then. */
  async #read(
    batch: DirtyBatch,
    given: { fields: readonly string[]; before: Knowledge },
  ): Promise<BatchReading | null> {
    const { connectionId, module } = batch;
    const { clients, db, logger, mappings } = this.#options;
    const client = await clients.clientOf(connectionId, laneOf(batch));
    const returning = [...given.before.links.values()].flatMap((link) => returningLink(mappings, link) ?? []);
    const fields = [...given.fields, 'Modified_Time', 'Modified_By'];
    const result = await readBatch(client, { batch, fields, ours: new Set(given.before.links.keys()), returning });
    if (result.kind === 'ok') return result;
    const { code, reason } = result;
    const records = batch.records.length;
    logger.warn({ connection: connectionId, module, records, code, reason }, 'records could not be read');
    await stopRefused(connectionId, [result], { db, logger });
    return null;
  }

  /**
   * Events, readings, what was seen and the end of the marks, in one transaction. What the packs want to hear of is judged with the
   * states of its keys locked: what is known is read after that, so that no command can come in between.
   */
  async #store(owner: string, given: Omit<BatchToJudge, 'after'>): Promise<void> {
    const { batch, connection, read, before } = given;
    const { mappings } = this.#options;
    const stored = await transaction(this.#options.db, async (trx) => {
      const held = await heldDirty(trx, { owner, batch });
      const mine = { ...batch, records: batch.records.filter(({ recordId }) => held.has(recordId)) };
      const locked = await lockReturns(trx, {
        batch: mine,
        tenantId: connection.tenantId,
        mappings,
        converted: read.converted,
      });
      const after = await readKnowledge(trx, mine);
      const plain = judgeBatch({ ...given, batch: mine, after });
      const open = plain.filter(({ result }) => result !== 'busy').map(({ dirty }) => dirty);
      const told = await foldReturns(trx, locked, {
        batch: { ...mine, records: open },
        read,
        deleted: read.deleted,
        before,
        after,
      });
      // After the packs: what they write of a record that is back is part of what is asserted, so that it is written once.
      const there = mine.records.flatMap(({ recordId }) => (read.records.has(recordId) ? recordId : []));
      const { connectionId, module } = batch;
      const back = await cameBack(trx, mappings, { connectionId, module, recordIds: there });
      const ours = plain.map((reading) => withReturn(reading, told.get(reading.dirty.recordId)));
      const done = ours.filter(({ result }) => result !== 'busy');
      const again = ours.filter(({ result }) => result === 'busy').map(({ dirty }) => dirty);
      await storeReadings(trx, batch, done);
      await putEchoes(
        trx,
        done.flatMap((reading) => seenEchoes(batch, reading)),
      );
      const ids = done.map(({ dirty }) => dirty.recordId);
      await storeSeen(trx, { batch, ids, read });
      const strange = done.filter(({ result }) => result === 'not_ours');
      const unmatched = strange.flatMap(({ dirty: { recordId } }) => {
        const record = read.records.get(recordId);
        return record === undefined ? [] : (unmatchedIn(mappings, { module, record }) ?? []);
      });
      await storeUnmatched(trx, { connectionId, module, recordIds: ids, unmatched });
      await releaseDirty(trx, { owner, batch, done: done.map(({ dirty }) => dirty), again });
      return { ours, told, back };
    });
    faultPoint('readings stored');
    for (const recordKey of stored.back) this.#tellBack(batch, recordKey);
    for (const reading of stored.ours) this.#tell(batch, reading);
    for (const { conflicts } of stored.told.values()) this.#tellConflicts(batch, conflicts);
  }

  #tellBack({ connectionId, module }: DirtyBatch, recordKey: string): void {
    const { logger, metrics } = this.#options;
    metrics.cameBack.inc({ module });
    logger.info({ connection: connectionId, recordKey }, 'a deleted record is there again and goes on');
  }

  #tellConflicts({ connectionId, module }: DirtyBatch, conflicts: readonly Conflict[]): void {
    const { logger, metrics } = this.#options;
    for (const { kind, recordKey, field, restored } of conflicts) {
      metrics.conflicts.inc({ module, kind, restored: String(restored) });
      logger.info(
        { connection: connectionId, recordKey, field, kind, restored },
        'a person changed what is not theirs alone',
      );
    }
  }

  #tell(batch: DirtyBatch, { dirty, result, changes }: StoredReading): void {
    const { logger, metrics } = this.#options;
    metrics.readings.inc({ result });
    if (result !== 'busy') metrics.ageSeconds.observe(ageSeconds(dirty));
    if (dirty.reason === 'sweep') metrics.sweepRead.inc({ ...connectionAndModule(batch), result });
    const about = { connection: batch.connectionId, module: batch.module, recordId: dirty.recordId };
    if (result === 'not_ours' && dirty.reason !== 'sweep')
      logger.info({ ...about, code: 'RECORD_UNKNOWN' }, 'a record without our identity gives no event');
    else logger.debug({ ...about, result, changed: changes.map(({ field }) => field) }, 'a record was read');
  }
}

/** Somebody waits for one of these to come out of the recycle bin, though nothing of its module is watched. */
async function isAwaited(db: QueryExecutorProvider, { connectionId, module, records }: DirtyBatch): Promise<boolean> {
  const recordIds = records.map(({ recordId }) => recordId);
  return (await lostAmong(db, { connectionId, module, recordIds })).length > 0;
}

/** What a person changed a moment ago, or asked for, is live; what a sweep found can wait for its share of the credits. */
function laneOf({ records }: DirtyBatch): Lane {
  return records.every(({ reason }) => reason === 'sweep') ? 'reconcile' : 'live';
}

interface BatchToJudge {
  readonly batch: DirtyBatch;
  readonly connection: Connection;
  readonly watched: readonly string[];
  readonly read: BatchReading;
  /** What was known before the records were read, and after. */
  readonly before: Knowledge;
  readonly after: Knowledge;
}

/** Says of each record what it means. Pure. */
function judgeBatch({ batch, connection, watched, read, before, after }: BatchToJudge): StoredReading[] {
  return batch.records.map((dirty): StoredReading => {
    const nothing = { dirty, recordKey: null, changes: [], event: null, tenantId: connection.tenantId };
    const link = after.links.get(dirty.recordId);
    if (link === undefined) return { ...nothing, result: after.linkPending ? 'busy' : 'not_ours' };
    const { recordKey } = link;
    const record = read.records.get(dirty.recordId) ?? read.moved.get(dirty.recordId);
    if (record === undefined) return { ...nothing, recordKey, result: 'gone' };
    const known = after.echoes.get(recordKey) ?? new Map();
    const unsettled = unsettledFields(recordKey, { before, after });
    const judged = judgeReading({ watched, values: record, known, unsettled });
    if (judged.result !== 'edit') return { ...nothing, recordKey, result: judged.result };
    const { changes } = judged;
    return { ...nothing, recordKey, result: 'edit', changes, event: changedEvent(link, record, changes) };
  });
}

/** What the packs say of a record, beside what the connection watches in it. */
function withReturn(reading: StoredReading, told: ReturnReading | undefined): StoredReading {
  if (told === undefined || told.result === 'echo') return reading;
  if (told.result === 'busy') return { ...reading, result: 'busy', changes: [], event: null };
  return { ...reading, result: told.result, packFields: told.fields };
}

function seenEchoes({ connectionId }: DirtyBatch, { recordKey, changes }: StoredReading): Echo[] {
  if (recordKey === null) return [];
  return changes.map(({ field, before, after }) => {
    return { connectionId, recordKey, field, value: after, before, source: 'seen' };
  });
}

function connectionAndModule({ connectionId, module }: DirtyBatch): { connection: string; module: string } {
  return { connection: connectionId, module };
}

function ageSeconds({ firstMarkedAt }: DirtyRecord): number {
  return Math.max(0, (Date.now() - firstMarkedAt.getTime()) / 1000);
}
