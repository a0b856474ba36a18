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

interface OpenTopic {
  readonly topic: string;
  readonly maxBatchBytes: number;
  /** By partition. */
  readonly batches: (OpenBatch | undefined)[];
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
  let open: OpenTopic[] = [];
  const close = (): void => {
    sends.push(open.flatMap(({ batches }) => batches.flatMap((batch) => (batch === undefined ? [] : [batch.records]))));
    open = [];
  };
  let topic: OpenTopic | undefined;
  for (const record of records) {
    // Nearly all records are of one topic, so the topic is not looked up for each.
    if (topic?.topic !== record.topic) topic = openTopic(open, { topic: record.topic, maxBatchBytes });
    const bytes = recordBytes(record);
    let batch = topic.batches[record.partition];
    if (batch !== undefined && batch.bytes + bytes > topic.maxBatchBytes) {
      close();
      topic = openTopic(open, { topic: record.topic, maxBatchBytes });
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { records: [], bytes: BATCH_OVERHEAD };
      topic.batches[record.partition] = batch;
    }
    batch.records.push(record);
    batch.bytes += bytes;
  }
  if (open.length > 0) close();
  return sends;
}

function openTopic(
  open: OpenTopic[],
  asked: { readonly topic: string; readonly maxBatchBytes: (topic: string) => number },
): OpenTopic {
  const found = open.find(({ topic }) => topic === asked.topic);
  if (found !== undefined) return found;
  const made = { topic: asked.topic, maxBatchBytes: asked.maxBatchBytes(asked.topic), batches: [] };
  open.push(made);
  return made;
}
