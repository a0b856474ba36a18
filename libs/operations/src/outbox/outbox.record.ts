import { CRM_SOURCE, RESENT_HEADER, sourceOfProduct } from '#contracts';
import {
  BATCH_OVERHEAD,
  encodeEventHeaders,
  isTopicName,
  partitionOf,
  recordBytes,
  type ProducerRecord,
  type TopicState,
} from '#kafka';
import { topicsOf, type SourceTarget } from '../slot/source.target.ts';
import type { OutboxEvent } from './outbox.rows.ts';

export type Encoded = { readonly record: ProducerRecord } | { readonly reason: string };

export type FindTopic = (topic: string) => Promise<TopicState>;

/**
 * The record that the publisher makes of this row, with the header that says it was resent; or why there can be none. The reason
 * names columns and sizes, never a value.
 */
export async function encodeAgain(
  row: OutboxEvent,
  { target, findTopic }: { readonly target: SourceTarget; readonly findTopic: FindTopic },
): Promise<Encoded> {
  const type = row.aggregateType.toString();
  const topic = topicsOf(target).product(target.name, target.name === CRM_SOURCE ? type.toLowerCase() : type);
  if (!isTopicName(topic)) return { reason: 'aggregate_type makes no name for a topic' };
  const key = row.partitionKey !== null && row.partitionKey.length > 0 ? row.partitionKey : row.aggregateId;
  if (key.length === 0) return { reason: 'partition_key and aggregate_id are empty' };
  const encoded = encodeEventHeaders(row, Buffer.from(sourceOfProduct(target.name)));
  if ('reason' in encoded) return encoded;
  const headers = new Map(encoded.headers).set(RESENT_HEADER, Buffer.from('true'));
  const { partitions, maxMessageBytes } = await findTopic(topic);
  const record = { topic, partition: partitionOf(key, partitions), key, value: row.payload, headers };
  const bytes = recordBytes(record);
  if (bytes + BATCH_OVERHEAD > maxMessageBytes)
    return { reason: `the record needs up to ${bytes} bytes, the topic takes ${maxMessageBytes}` };
  return { record: { ...record, bytes } };
}
