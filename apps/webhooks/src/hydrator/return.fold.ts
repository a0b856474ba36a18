import type { Transaction } from 'kysely';
import { randomUUID } from 'node:crypto';
import {
  connectionOf,
  foldSteps,
  loadConnections,
  lockStates,
  observationStep,
  stateKey,
  type FoldConnection,
  type FoldStep,
} from '#folding';
import { doubtAcknowledged, namesOfRecords, putLinks } from '#ledger';
import { observe, withSettings, type Conflict, type Mapping, type Observation, type ObserveResult } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import type { DirtyBatch } from '../dirty/dirty.store.ts';
import { storeConflicts } from './conflict.store.ts';
import { idsIn, observationOf, type Deletion } from './observation.make.ts';
import { unsettledFields, type Knowledge } from './record.knowledge.ts';
import { returningLink, type ReturningLink } from './return.mapping.ts';
import type { BatchReading } from './batch.reading.ts';
import { linksOfBatch, movedLink } from './lead.conversions.ts';

type Trx = Transaction<IntegrationDatabase>;

/** A record whose state is locked, so that no command of it can be added meanwhile. */
export interface LockedReturn extends ReturningLink {
  readonly tenantId: string;
  /** Of a mapping whose states are those of connections. */
  readonly connectionId?: string;
  readonly state: Parameters<typeof observe>[1] | null;
}

/** Locks the states of those records of a batch that a pack wants to hear of, by record id. */
export async function lockReturns(
  trx: Trx,
  given: {
    readonly batch: DirtyBatch;
    readonly tenantId: string;
    readonly mappings: readonly Mapping[];
    readonly converted: BatchReading['converted'];
  },
): Promise<Map<string, LockedReturn>> {
  const { batch, tenantId, mappings, converted } = given;
  const { connectionId } = batch;
  const links = await linksOfBatch(trx, batch, converted);
  const returning = [...links].flatMap(([markId, link]) => {
    const found = returningLink(mappings, link);
    return found === null ? [] : [{ ...found, markId }];
  });
  const locked = new Map<string, LockedReturn>();
  for (const mapping of new Set(returning.map((each) => each.mapping))) {
    const own = returning.filter((each) => each.mapping === mapping);
    const owner = mapping.scope === 'connection' ? { connectionId } : {};
    const keys = own.map(({ link }) => ({ tenantId, key: link.entityId, ...owner }));
    const states = await lockStates(trx, mapping, keys);
    for (const each of own) {
      const state = states.get(stateKey({ tenantId, key: each.link.entityId, ...owner }))?.state ?? null;
      locked.set(each.markId, { ...each, tenantId, ...owner, state });
    }
  }
  return locked;
}

/** What the packs made of one record. */
export interface ReturnReading {
  readonly result: 'echo' | 'edit' | 'gone' | 'busy';
  readonly fields: readonly string[];
  readonly conflicts: readonly Conflict[];
}

interface ReturnBatch {
  readonly batch: DirtyBatch;
  readonly read: BatchReading;
  readonly deleted: ReadonlyMap<string, Deletion>;
  readonly before: Knowledge;
  readonly after: Knowledge;
}

/**
 * Folds what was seen of the locked records, with all that follows from it, by the same engine as events. A record in which a field
 * differs that we write at the moment is `busy`: it says nothing yet.
 */
export async function foldReturns(
  trx: Trx,
  locked: ReadonlyMap<string, LockedReturn>,
  given: ReturnBatch,
): Promise<Map<string, ReturnReading>> {
  const judged = new Map<string, ReturnReading>();
  const observed = await observations(trx, locked, given);
  const settings = await configured(trx, given.batch.connectionId, [...locked.values()]);
  const steps = new Map<Mapping, FoldStep[]>();
  for (const { returning, observation, markId } of observed) {
    const preview = previewOf(settings(returning), returning, observation);
    const unsettled = unsettledFields(returning.link.recordKey, given);
    if (preview?.fields.some((field) => unsettled.has(field)) === true) {
      judged.set(markId, { result: 'busy', fields: [], conflicts: [] });
      continue;
    }
    if (preview !== null && preview.verdict === 'ignored') {
      judged.set(markId, { result: observation.kind === 'deleted' ? 'gone' : 'echo', fields: [], conflicts: [] });
      continue;
    }
    const { tenantId, link, mapping, connectionId } = returning;
    const owner = connectionId === undefined ? {} : { connectionId };
    const of = { ...owner, tenantId, key: link.entityId, entityType: link.entityType, reachedAt: Date.now() };
    steps.set(mapping, [...(steps.get(mapping) ?? []), observationStep(observation, of)]);
  }
  for (const [mapping, list] of steps) {
    const { folded } = await foldSteps(trx, { mapping, steps: list });
    for (const { step, result } of folded) {
      const found = observed.find(({ observation }) => observation.id === step.id);
      if (found === undefined) continue;
      const { conflicts = [] } = result;
      const fields = 'fields' in result ? (result as ObserveResult).fields : [];
      judged.set(found.markId, { result: meaningOf(found.observation, fields), fields, conflicts });
      const { connectionId } = given.batch;
      const { recordKey } = found.returning.link;
      const { kind, asserts } = found.observation;
      const isEdit = kind === 'edited' && fields.length > 0 && asserts !== true;
      await doubtAcknowledged(trx, { connectionId, recordKey, fields: isEdit ? fields : null });
      await storeConflicts(
        trx,
        conflicts.map((conflict) => ({ connectionId, observation: found.observation, conflict })),
      );
    }
  }
  return judged;
}

/** What is written again because an operator asked for it is no edit of anybody's. */
function meaningOf({ kind, asserts }: Observation, fields: readonly string[]): ReturnReading['result'] {
  if (kind === 'deleted') return 'gone';
  return asserts === true && fields.length === 0 ? 'echo' : 'edit';
}

interface ObservedRecord {
  readonly returning: LockedReturn;
  readonly observation: Observation;
  /** The id under which the record was marked; of a merged record the survivor has another one. */
  readonly markId: string;
}

async function observations(
  trx: Trx,
  locked: ReadonlyMap<string, LockedReturn>,
  { batch, read, deleted }: ReturnBatch,
): Promise<ObservedRecord[]> {
  const { connectionId } = batch;
  const seen = [...read.records.values(), ...read.moved.values()];
  const recordIds = [...new Set(seen.flatMap((record) => idsIn(record)))];
  const names = await namesOfRecords(trx, { connectionId, recordIds });
  const moved = [...locked].flatMap(([markId, { link }]) => {
    const lead = read.converted.get(markId);
    if (lead !== undefined) return [movedLink(link, lead)];
    const survivor = read.moved.get(link.recordId);
    return survivor === undefined ? [] : [{ ...link, recordId: survivor.id }];
  });
  await putLinks(trx, moved);
  return batch.records.flatMap((dirty) => {
    const returning = locked.get(dirty.recordId);
    if (returning === undefined) return [];
    const record = read.records.get(dirty.recordId) ?? read.moved.get(dirty.recordId) ?? null;
    const deletion = deleted.get(dirty.recordId) ?? null;
    const nameOf = (id: string) => names.get(id);
    const observation = observationOf(returning, {
      id: randomUUID(),
      record,
      deletion,
      converted: read.converted.get(dirty.recordId) ?? null,
      markedAt: dirty.firstMarkedAt,
      nameOf,
      isForced: dirty.reason === 'forced',
    });
    return [{ returning, observation, markId: dirty.recordId }];
  });
}

/** Mappings with the settings of their connection; null where those cannot be used. */
async function configured(
  trx: Trx,
  connectionId: string,
  locked: readonly LockedReturn[],
): Promise<(of: LockedReturn) => Mapping | null> {
  const made = new Map<string, Mapping | null>();
  for (const { mapping, tenantId } of locked) {
    const key = JSON.stringify([mapping.name, tenantId]);
    if (made.has(key)) continue;
    const connection = connectionOf(await loadConnections(trx, mapping, [tenantId]), { tenantId, connectionId });
    made.set(key, connection === undefined ? null : usable(mapping, connection));
  }
  return ({ mapping, tenantId }) => made.get(JSON.stringify([mapping.name, tenantId])) ?? null;
}

function usable(mapping: Mapping, { id, settings }: FoldConnection): Mapping | null {
  try {
    return withSettings(mapping, settings, mapping.scope === 'connection' ? id : null);
  } catch {
    return null;
  }
}

/** What would be folded; null where the pack or its settings are at fault, which the fold itself records. */
function previewOf(mapping: Mapping | null, { state }: LockedReturn, observation: Observation): ObserveResult | null {
  if (mapping === null) return null;
  const nothing = { state, commands: [], problems: [], events: [], conflicts: [], fields: [] };
  if (state === null) return { verdict: 'ignored', reason: 'not_ours', ...nothing };
  try {
    return observe(mapping, state, observation);
  } catch {
    return null;
  }
}
