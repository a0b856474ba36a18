import type { ProducerRecord } from './producer.port.ts';
import { BATCH_OVERHEAD, recordBytes } from './record.size.ts';

/** A record whose partition is known. */
export type PlacedRecord = ProducerRecord & { readonly partition: number };

/** What one partition gets of one send. Both clients make one record batch of it and do not split it. */
export type PartitionBatch = readonly PlacedRecord[];

interface OpenBatch {
  readonly records: PlacedRecord[];
  bytes: number;
}

/**
 * Cuts a transaction's records into sends, each with one batch a partition: a batch above the topic's limit fails the whole
 * transaction. Each partition's order is kept. A record that is too large by itself gets a batch of its own, for the broker to
 * refuse.
 */
export function splitIntoSends(
  records: readonly PlacedRecord[],
  maxBatchBytes: (topic: string) => number,
): readonly (readonly PartitionBatch[])[] {
  const sends: PartitionBatch[][] = [];
  let open = new Map<string, Map<number, OpenBatch>>();
  const close = (): void => {
    sends.push([...open.values()].flatMap((partitions) => [...partitions.values()].map((batch) => batch.records)));
    open = new Map();
  };
  for (const record of records) {
    const bytes = recordBytes(record);
    let batch = open.get(record.topic)?.get(record.partition);
    if (batch !== undefined && batch.bytes + bytes > maxBatchBytes(record.topic)) {
      close();
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { records: [], bytes: BATCH_OVERHEAD };
      openTopic(open, record.topic).set(record.partition, batch);
    }
    batch.records.push(record);
    batch.bytes += bytes;
  }
  if (open.size > 0) close();
  return sends;
}

function openTopic(open: Map<string, Map<number, OpenBatch>>, topic: string): Map<number, OpenBatch> {
  let partitions = open.get(topic);
  if (partitions === undefined) open.set(topic, (partitions = new Map<number, OpenBatch>()));
  return partitions;
}
