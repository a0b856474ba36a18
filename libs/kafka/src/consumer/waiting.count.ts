import { CommittedRecords, type ScannedBatch } from '../committed.records.ts';

/** Records that wait, and when the oldest of them was written: milliseconds since 1970, null where nothing waits or tells. */
export interface Waiting {
  readonly records: number;
  readonly oldestAt: number | null;
}

/** `firstTimestamp`: of its first record, milliseconds since 1970. */
type Batch = ScannedBatch & { readonly firstTimestamp?: bigint };

/**
 * What a read_committed consumer has before it, in batches read in order: records of aborted transactions and the
 * markers are none that it will ever see; those of an open one it may. Pure.
 */
export function waitingRecords(batches: Iterable<Batch>): Waiting {
  const committed = new CommittedRecords((batch: Batch) => [ofBatch(batch)]);
  let waiting = NOTHING_WAITS;
  for (const batch of batches) waiting = committed.settle(batch).reduce(together, waiting);
  return committed.open.reduce(together, waiting);
}

export const NOTHING_WAITS: Waiting = { records: 0, oldestAt: null };

export function together(one: Waiting, other: Waiting): Waiting {
  const known = [one.oldestAt, other.oldestAt].filter((at) => at !== null);
  return { records: one.records + other.records, oldestAt: known.length === 0 ? null : Math.min(...known) };
}

function ofBatch({ records, firstTimestamp }: Batch): Waiting {
  return { records: records.length, oldestAt: firstTimestamp === undefined ? null : Number(firstTimestamp) };
}
