import type { ScannedBatch } from './committed.scan.ts';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/**
 * The newest committed value of every key, in batches read in order from the beginning of a compacted partition; a key whose newest
 * value is a tombstone is not there. For why markers are read here see `newestCommitted`.
 */
export function newestOfEachKey(batches: Iterable<ScannedBatch>): Map<string, Buffer> {
  const undecided = new Map<bigint, ScannedBatch['records'][number][]>();
  const newest = new Map<string, Buffer>();
  const apply = ({ key, value }: ScannedBatch['records'][number]): void => {
    if (!key) return;
    if (value) newest.set(key.toString(), value);
    else newest.delete(key.toString());
  };
  for (const { attributes, producerId, records } of batches) {
    if ((attributes & CONTROL) !== 0) {
      // A marker's key is its version and its type, 16 bits each.
      if (records[0]?.key?.readInt16BE(2) === COMMIT) undecided.get(producerId)?.forEach(apply);
      undecided.delete(producerId);
    } else if ((attributes & TRANSACTIONAL) === 0) records.forEach(apply);
    else undecided.set(producerId, [...(undecided.get(producerId) ?? []), ...records]);
  }
  return newest;
}
