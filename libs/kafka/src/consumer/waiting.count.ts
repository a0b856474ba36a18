import type { ScannedBatch } from '../committed.scan.ts';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/** Records that wait, and when the oldest of them was written: milliseconds since 1970, null where nothing waits or tells. */
export interface Waiting {
  readonly records: number;
  readonly oldestAt: number | null;
}

type Batch = Pick<ScannedBatch, 'attributes' | 'producerId' | 'records' | 'firstTimestamp'>;

/**
 * What a read_committed consumer has before it, in batches read in order: records of aborted transactions and the
 * markers are none that it will ever see; those of an open one it may. Pure.
 */
export function waitingRecords(batches: Iterable<Batch>): Waiting {
  const undecided = new Map<bigint, Waiting>();
  let waiting: Waiting = NOTHING_WAITS;
  for (const batch of batches) {
    const { attributes, producerId, records } = batch;
    if ((attributes & CONTROL) !== 0) {
      // A marker's key is its version and its type, 16 bits each.
      const committed = records[0]?.key?.readInt16BE(2) === COMMIT;
      if (committed) waiting = together(waiting, undecided.get(producerId) ?? NOTHING_WAITS);
      undecided.delete(producerId);
    } else if ((attributes & TRANSACTIONAL) === 0) waiting = together(waiting, ofBatch(batch));
    else undecided.set(producerId, together(undecided.get(producerId) ?? NOTHING_WAITS, ofBatch(batch)));
  }
  return [...undecided.values()].reduce(together, waiting);
}

export const NOTHING_WAITS: Waiting = { records: 0, oldestAt: null };

export function together(one: Waiting, other: Waiting): Waiting {
  const known = [one.oldestAt, other.oldestAt].filter((at) => at !== null);
  return { records: one.records + other.records, oldestAt: known.length === 0 ? null : Math.min(...known) };
}

function ofBatch({ records, firstTimestamp }: Batch): Waiting {
  return { records: records.length, oldestAt: firstTimestamp === undefined ? null : Number(firstTimestamp) };
}
