import { CRM_SOURCE, sourceOfProduct } from '#contracts';
import {
  BATCH_OVERHEAD,
  encodeEventHeaders,
  inPartition,
  isTopicName,
  partitionOf,
  recordBytes,
  type ProducerRecord,
} from '#kafka';
import { deadLetter, type Poison } from './dead.letter.ts';
import { readMessageRow } from './message.row.ts';
import type { OutboxRow } from './outbox.columns.ts';
import type { EncodedRecord, PresetParts } from './row.preset.ts';
import { scheduledProduct } from './scheduled.event.ts';

export interface EncoderOptions extends PresetParts {
  readonly sourceName: string;
}

/** Turns outbox rows into Kafka records. Payloads pass as the bytes they are. */
export class RecordEncoder {
  readonly #options: EncoderOptions;
  readonly #source: Buffer;
  readonly #topicNames = new Map<string, string>();

  constructor(options: EncoderOptions) {
    this.#options = options;
    this.#source = Buffer.from(sourceOfProduct(options.sourceName));
  }

  /** A record without a partition has a topic that is not known yet: `place` it once it is. */
  encode(row: OutboxRow): EncodedRecord {
    const { aggregateType, aggregateId, partitionKey, payload } = row;
    if (aggregateType === null || aggregateType.length === 0)
      return this.#refuse({ row, reason: 'aggregate_type is empty' });
    const topic = this.topicOf(aggregateType);
    if (!isTopicName(topic)) return this.#refuse({ row, topic, reason: 'aggregate_type makes no name for a topic' });
    const key = partitionKey !== null && partitionKey.length > 0 ? partitionKey : aggregateId;
    if (key === null || key.length === 0)
      return this.#refuse({ row, topic, reason: 'partition_key and aggregate_id are empty' });
    if (payload === null) return this.#refuse({ row, topic, reason: 'payload is null' });
    const encoded = encodeEventHeaders(row, this.#sourceOf(aggregateType));
    if ('reason' in encoded) return this.#refuse({ row, topic, reason: encoded.reason });
    return this.#fit({ row, record: { topic, key, value: payload, headers: encoded.headers } });
  }

  /** The content of a logical message says what the columns of a row say. */
  encodeMessage(content: Buffer): EncodedRecord {
    const read = readMessageRow(content);
    return 'reason' in read ? this.#refuse(read) : this.encode(read.row);
  }

  /** Looks again at a record whose topic was not known when it was encoded. */
  place(record: ProducerRecord): ProducerRecord {
    if (record.partition !== undefined) return record;
    return this.#fit({ row: undefined, record });
  }

  #fit({ row, record }: { readonly row: OutboxRow | undefined; readonly record: ProducerRecord }): EncodedRecord {
    const { topic, key } = record;
    const bytes = recordBytes(record);
    const state = this.#options.findTopic(topic);
    if (state === undefined) return withBytes(record, bytes);
    if (bytes + BATCH_OVERHEAD > state.maxMessageBytes) {
      const reason = `the record needs up to ${bytes} bytes, the topic takes ${state.maxMessageBytes}`;
      return this.#refuse({ row, record, topic, reason });
    }
    return withBytes(inPartition(record, key === null ? 0 : partitionOf(key, state.partitions)), bytes);
  }

  #refuse(poison: Poison): EncodedRecord {
    this.#options.onPoison(poison);
    const topic = this.#options.topics.deadLetters;
    const record = deadLetter(poison, { topic, source: this.#source, state: this.#options.findTopic(topic) });
    return { ...record, bytes: recordBytes(record) };
  }

  /** A scheduled event speaks for its product. */
  #sourceOf(aggregateType: Buffer): Buffer {
    const { sourceName } = this.#options;
    if (sourceName !== CRM_SOURCE) return this.#source;
    const scheduled = scheduledProduct(sourceName, aggregateType.toString('utf8'));
    return scheduled === null ? this.#source : Buffer.from(sourceOfProduct(scheduled.product));
  }

  /** `<product>.<aggregate type>`; modules of the CRM in lower case. Few and always the same: made once each. */
  topicOf(aggregateType: Buffer): string {
    const type = aggregateType.toString('utf8');
    let topic = this.#topicNames.get(type);
    if (topic === undefined) {
      const { sourceName, topics } = this.#options;
      const scheduled = scheduledProduct(sourceName, type);
      if (scheduled !== null) topic = topics.product(scheduled.product, scheduled.type);
      else topic = topics.product(sourceName, sourceName === CRM_SOURCE ? type.toLowerCase() : type);
      if (this.#topicNames.size < 10_000) this.#topicNames.set(type, topic);
    }
    return topic;
  }
}

function withBytes(record: ProducerRecord, bytes: number): EncodedRecord {
  return record.bytes === bytes ? (record as EncodedRecord) : { ...record, bytes };
}
