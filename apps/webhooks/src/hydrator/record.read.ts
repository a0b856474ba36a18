import type { DeletedRecord, Failure, ZohoCalls, ZohoRecord } from '#zoho';
import type { DirtyBatch } from '../dirty/dirty.store.ts';

/** The calls that the hydrator makes. */
export type RecordReader = Pick<ZohoCalls, 'getByIds' | 'deleted'>;

/** What the CRM says of the records of a batch. */
export interface ReadRecords {
  /** By our clock, before the CRM was asked: what changed later may be missing here. */
  readonly readAt: Date;
  readonly records: ReadonlyMap<string, ZohoRecord>;
  /** Those of ours that are not there and were deleted. One that is in neither was merged or converted, or is not ours. */
  readonly deleted: ReadonlyMap<string, DeletedRecord>;
}

/** A record was deleted before it was marked, by no more than this unless a person asked for it later. */
const BEFORE_MARK_MS = 3_600_000;
/** Pages of 200 that are looked through for who deleted a record. */
const MOST_PAGES = 10;

/** Reads a batch in one call, and in a second one what became of those that are gone. */
export async function readRecords(
  client: RecordReader,
  given: {
    readonly batch: DirtyBatch;
    readonly fields: readonly string[];
    /** Ids of records with a link: only of these it matters who deleted them. */
    readonly ours: ReadonlySet<string>;
  },
): Promise<({ readonly kind: 'ok' } & ReadRecords) | Failure> {
  const { batch, fields, ours } = given;
  const readAt = new Date();
  const ids = batch.records.map(({ recordId }) => recordId);
  const result = await client.getByIds(batch.module, { ids, fields });
  if (result.kind !== 'ok') return result;
  const records = new Map(result.records.map((record) => [record.id, record]));
  const missing = batch.records.filter(({ recordId }) => !records.has(recordId) && ours.has(recordId));
  const deleted = await readDeleted(client, { module: batch.module, missing });
  return deleted instanceof Map ? { kind: 'ok', readAt, records, deleted } : deleted;
}

async function readDeleted(
  client: RecordReader,
  { module, missing }: { module: string; missing: DirtyBatch['records'] },
): Promise<Map<string, DeletedRecord> | Failure> {
  const found = new Map<string, DeletedRecord>();
  const wanted = new Set(missing.map(({ recordId }) => recordId));
  if (wanted.size === 0) return found;
  const since = new Date(Math.min(...missing.map(({ firstMarkedAt }) => firstMarkedAt.getTime())) - BEFORE_MARK_MS);
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await client.deleted(module, { since, page });
    if (answer.kind !== 'ok') return answer;
    for (const record of answer.records) if (wanted.has(record.id)) found.set(record.id, record);
    if (answer.nextPage === null || found.size === wanted.size) break;
  }
  return found;
}
