import { CommittedRecords, type ScannedBatch } from './committed.records.ts';

type ScannedRecord = ScannedBatch['records'][number];

/**
 * The newest value of a key that was committed, in batches read in order up to the high watermark, committed or not. Exact once the key's writer
 * has been fenced: then each of its transactions has its marker already.
 */
export function newestCommitted(batches: Iterable<ScannedBatch>, name: Buffer): Buffer | undefined {
  let newest: Buffer | undefined;
  for (const { key, value } of committed(batches)) if (value && key?.equals(name) === true) newest = value;
  return newest;
}

/**
 * The newest committed value of every key, in batches read in order from the beginning of a compacted partition; a key whose newest
 * value is a tombstone is not there.
 */
export function newestOfEachKey(batches: Iterable<ScannedBatch>): Map<string, Buffer> {
  const newest = new Map<string, Buffer>();
  for (const { key, value } of committed(batches)) {
    if (!key) continue;
    if (value) newest.set(key.toString(), value);
    else newest.delete(key.toString());
  }
  return newest;
}

function* committed(batches: Iterable<ScannedBatch>): Generator<ScannedRecord> {
  const records = new CommittedRecords<ScannedBatch, ScannedRecord>((batch) => batch.records);
  for (const batch of batches) yield* records.settle(batch);
}
