import type { ScannedBatch } from '../committed.scan.ts';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/**
 * How many records a read_committed consumer has before it, in batches read in order: those of aborted transactions and the
 * markers are none that it will ever see; those of an open one it may. Pure.
 */
export function waitingRecords(batches: Iterable<Pick<ScannedBatch, 'attributes' | 'producerId' | 'records'>>): number {
  const undecided = new Map<bigint, number>();
  let waiting = 0;
  for (const { attributes, producerId, records } of batches) {
    if ((attributes & CONTROL) !== 0) {
      // A marker's key is its version and its type, 16 bits each.
      if (records[0]?.key?.readInt16BE(2) === COMMIT) waiting += undecided.get(producerId) ?? 0;
      undecided.delete(producerId);
    } else if ((attributes & TRANSACTIONAL) === 0) waiting += records.length;
    else undecided.set(producerId, (undecided.get(producerId) ?? 0) + records.length);
  }
  return [...undecided.values()].reduce((sum, count) => sum + count, waiting);
}
