import { EVENT_HEADERS } from '#contracts';
import {
  BATCH_OVERHEAD,
  EVENT_CONSTANTS,
  MOST_LENGTH_BYTES,
  RFC3339,
  RecordPacker,
  isInstant,
  lengthAndText,
  murmur2,
  partitionOfHash,
  readOwnHeaders,
  type PackedRecord,
  type TopicState,
} from '#kafka';
import type { Row } from '#replication';
import type { OutboxIndexes } from './outbox.columns.ts';
import { TopicMemo } from './topic.memo.ts';

export interface RowPackerOptions {
  /** The event's `source` attribute. */
  readonly source: string;
  /** The topic of an aggregate type; undefined when that makes no name for one. */
  readonly topicOf: (aggregateType: Buffer) => string | undefined;
  readonly findTopic: (topic: string) => TopicState | undefined;
}

const name = lengthAndText;
const AFTER_SUBJECT = name(EVENT_HEADERS.time);
const BEFORE_VERSION = Buffer.concat([
  name(EVENT_HEADERS.specversion),
  name(EVENT_CONSTANTS.specversion),
  name(EVENT_HEADERS.version),
]);
const FIRST_VERSION = name(EVENT_CONSTANTS.firstVersion);
const AFTER_VERSION = Buffer.concat([name(EVENT_HEADERS.contentType), name(EVENT_CONSTANTS.contentType)]);
const BEFORE_TENANT = name(EVENT_HEADERS.tenantId);
const BEFORE_ID = name(EVENT_HEADERS.id);
const BEFORE_SUBJECT = name(EVENT_HEADERS.subject);
const HEADERS_WITHOUT_TENANT = 8;
const NO_OWN_HEADERS = { count: 0, bytes: Buffer.alloc(0) };
const [EMPTY_OBJECT_BYTES, BRACE] = ['{}'.length, 0x7b];
/** Of every record: lengths of key and value, number of headers, lengths of six values. */
const MOST_LENGTHS = 9 * MOST_LENGTH_BYTES;

/**
 * The fast way from a row to a record, for rows that are as they should be: each column is copied once, from the row's frame into
 * the record's place, and nothing else is made. `RecordEncoder` says the same in full and knows all that can be wrong; this one
 * leaves such rows to it. record.encoder.spec.ts holds the two together.
 */
export class RowPacker {
  readonly #options: RowPackerOptions;
  readonly #packer = new RecordPacker();
  readonly #beforeType: Buffer;
  readonly #constantBytes: number;
  readonly #topics: TopicMemo;

  constructor(options: RowPackerOptions) {
    this.#options = options;
    this.#topics = new TopicMemo(options.topicOf);
    this.#beforeType = Buffer.concat([name(EVENT_HEADERS.source), name(options.source), name(EVENT_HEADERS.type)]);
    const constants = [BEFORE_ID, this.#beforeType, BEFORE_SUBJECT, AFTER_SUBJECT, BEFORE_VERSION, FIRST_VERSION];
    this.#constantBytes = [...constants, AFTER_VERSION, BEFORE_TENANT].reduce((sum, { length }) => sum + length, 0);
  }

  /** Undefined for a row that needs a closer look. */
  pack(row: Row, at: OutboxIndexes): PackedRecord | undefined {
    const { frame } = row;
    const aggregateId = row.start(at.aggregateId);
    const aggregateIdEnd = row.end(at.aggregateId);
    let key = row.start(at.partitionKey);
    let keyEnd = row.end(at.partitionKey);
    if (keyEnd === key) [key, keyEnd] = [aggregateId, aggregateIdEnd];
    const payload = row.start(at.payload);
    const payloadEnd = row.end(at.payload);
    const id = row.start(at.id);
    const idEnd = row.end(at.id);
    const type = row.start(at.eventType);
    const typeEnd = row.end(at.eventType);
    const time = row.start(at.occurredAt);
    const timeEnd = row.end(at.occurredAt);
    if (payload < 0 || id === idEnd || type === typeEnd || aggregateId === aggregateIdEnd) return undefined;
    if (!isInstant(frame, time, timeEnd)) return undefined;
    const topic = this.#topics.find(frame, row.start(at.aggregateType), row.end(at.aggregateType));
    if (topic === undefined) return undefined;
    const own = ownHeaders(row, at.headers);
    if (own === undefined) return undefined;
    const version = row.start(at.eventVersion);
    const versionEnd = row.end(at.eventVersion);
    const tenant = row.start(at.tenantId);
    const tenantEnd = row.end(at.tenantId);

    const columns = keyEnd - key + payloadEnd - payload + idEnd - id + typeEnd - type + timeEnd - time;
    const others = aggregateIdEnd - aggregateId + versionEnd - version + tenantEnd - tenant;
    const most = columns + others + this.#constantBytes + own.bytes.length + MOST_LENGTHS;
    const state = this.#options.findTopic(topic);
    if (state !== undefined && most + BATCH_OVERHEAD > state.maxMessageBytes) return undefined;

    const packer = this.#packer;
    packer.open(most);
    packer.span(frame, key, keyEnd);
    packer.span(frame, payload, payloadEnd);
    packer.headerCount(HEADERS_WITHOUT_TENANT + (tenant < 0 ? 0 : 1) + own.count);
    packer.ready(BEFORE_ID);
    packer.span(frame, id, idEnd);
    packer.ready(this.#beforeType);
    packer.span(frame, type, typeEnd);
    packer.ready(BEFORE_SUBJECT);
    packer.span(frame, aggregateId, aggregateIdEnd);
    packer.ready(AFTER_SUBJECT);
    packer.span(frame, time, timeEnd - RFC3339.shorter);
    packer.change(1, RFC3339.Z);
    packer.change(timeEnd - RFC3339.shorter - time - RFC3339.at.T, RFC3339.T);
    packer.ready(BEFORE_VERSION);
    if (version < 0) packer.ready(FIRST_VERSION);
    else packer.span(frame, version, versionEnd);
    packer.ready(AFTER_VERSION);
    if (tenant >= 0) {
      packer.ready(BEFORE_TENANT);
      packer.span(frame, tenant, tenantEnd);
    }
    if (own.count > 0) packer.ready(own.bytes);
    const hash = state === undefined ? 0 : murmur2(frame, key, keyEnd);
    return packer.close(topic, state === undefined ? undefined : partitionOfHash(hash, state.partitions));
  }
}

interface OwnHeaders {
  readonly count: number;
  readonly bytes: Buffer;
}

function ownHeaders(row: Row, column: number): OwnHeaders | undefined {
  const start = row.start(column);
  const end = row.end(column);
  if (start < 0) return NO_OWN_HEADERS;
  if (end - start === EMPTY_OBJECT_BYTES && row.frame[start] === BRACE) return NO_OWN_HEADERS;
  const own = readOwnHeaders(row.frame.toString('utf8', start, end));
  if ('reason' in own) return undefined;
  return { count: own.length, bytes: Buffer.concat(own.flatMap(([key, value]) => [name(key), name(value)])) };
}
