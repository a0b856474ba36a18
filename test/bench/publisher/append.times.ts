import type { TopicReader } from './topic.reader.ts';

export interface Appended {
  readonly rows: number;
  readonly distinct: number;
  /** By the broker's append times, first record batch to last; rows of the first batches were there at the start and do not count. */
  readonly rowsPerSecond: number;
}

const WAIT_MS = 200;

/**
 * Reads the whole topic as a read_committed consumer: how many rows there are, how many of them different, and how fast they
 * were appended. The topic's timestamps must be the broker's (`message.timestamp.type=LogAppendTime`).
 */
export async function readAppended(reader: TopicReader): Promise<Appended> {
  const ends = await reader.ends({ stable: true });
  const offsets = ends.map(() => 0n);
  const orders = new Set<string>();
  let rows = 0;
  let atStart = 0;
  let [first, last] = [Infinity, 0];
  while (ends.some((end, partition) => (offsets[partition] ?? 0n) < end)) {
    for (const { maxTimestamp, records } of await reader.fetch(offsets, WAIT_MS)) {
      const time = Number(maxTimestamp);
      if (time < first) [first, atStart] = [time, 0];
      if (time === first) atStart += records.length;
      last = Math.max(last, time);
      rows += records.length;
      for (const { value } of records) orders.add(orderOf(value));
    }
  }
  return { rows, distinct: orders.size, rowsPerSecond: ((rows - atStart) * 1000) / (last - first) };
}

/** Each row's payload has a number of its own: `"order": 17`. */
function orderOf(value: Buffer | null | undefined): string {
  const text = value?.toString('latin1') ?? '';
  return /"order": ?(\d+)/.exec(text)?.[1] ?? text;
}
