import {
  BATCH_OVERHEAD,
  MOST_LENGTH_BYTES,
  RecordPacker,
  lengthAndText,
  murmur2,
  partitionOfHash,
  type PackedRecord,
  type TopicState,
} from '#kafka';
import type { Row } from '#replication';
import { TopicMemo } from '../topic.memo.ts';
import { sendsRawBytes, type DebeziumOptions } from '#config';
import type { LayoutColumn, TableLayout } from './table.layout.ts';

export interface LayoutTopics {
  /** The topic of a routed value; undefined where that makes no name for one. */
  readonly topicOf: (routed: Buffer) => string | undefined;
  readonly findTopic: (topic: string) => TopicState | undefined;
}

const ID_HEADER = 'id';
/** What stands before a packed record in a batch, at most. */
const RECORD_OVERHEAD = 21;

/**
 * The fast way from a row to a record, for layouts whose columns go into the record as the stream gives them, which nearly all are: each
 * is copied once. What may be wrong with a row, and what has to be made of it, is left to the router.
 */
export class LayoutPacker {
  readonly #layout: TableLayout;
  readonly #headers: readonly { readonly name: Buffer; readonly index: number }[];
  readonly #indexes: readonly number[];
  readonly #topics: TopicMemo;
  readonly #findTopic: LayoutTopics['findTopic'];
  readonly #packer = new RecordPacker();

  private constructor(layout: TableLayout, { topicOf, findTopic }: LayoutTopics) {
    this.#layout = layout;
    this.#topics = new TopicMemo(topicOf);
    this.#findTopic = findTopic;
    const all = [{ alias: ID_HEADER, index: layout.id.index }, ...layout.headers];
    this.#indexes = [...all, layout.key, layout.payload].map(({ index }) => index);
    this.#headers = all.map(({ alias, index }) => ({ name: lengthAndText(alias), index }));
  }

  /** Undefined for a layout whose values have to be made. */
  static for(layout: TableLayout, options: DebeziumOptions, topics: LayoutTopics): LayoutPacker | undefined {
    const { id, key, payload, headers, envelope, partition, timestamp } = layout;
    const made =
      envelope.length > 0 ||
      partition !== undefined ||
      timestamp !== undefined ||
      sendsRawBytes(options) ||
      options['table.expand.json.payload'] ||
      options['route.tombstone.on.empty.payload'];
    const verbatim = ({ reader }: LayoutColumn): boolean => reader.verbatim === true;
    return made || ![id, key, payload, layout.route, ...headers].every(verbatim)
      ? undefined
      : new LayoutPacker(layout, topics);
  }

  /** Undefined for a row that needs a closer look. */
  pack(row: Row): PackedRecord | undefined {
    const { frame } = row;
    const { key, payload, route } = this.#layout;
    const topic = this.#topics.find(frame, row.start(route.index), row.end(route.index));
    const state = topic === undefined ? undefined : this.#findTopic(topic);
    if (topic === undefined || state === undefined) return undefined;
    if (!isWhole(row, this.#indexes)) return undefined;
    const headers = this.#headers;
    let most = spanOf(row, key.index) + spanOf(row, payload.index) + 3 * MOST_LENGTH_BYTES;
    for (const { name, index } of headers) most += name.length + spanOf(row, index) + MOST_LENGTH_BYTES;
    if (most + RECORD_OVERHEAD + BATCH_OVERHEAD > state.maxMessageBytes) return undefined;
    const packer = this.#packer;
    packer.open(most);
    packOne(packer, row, key.index);
    packOne(packer, row, payload.index);
    packer.headerCount(headers.length);
    for (const { name, index } of headers) {
      packer.ready(name);
      packOne(packer, row, index);
    }
    const start = row.start(key.index);
    const hash = start < 0 ? 0 : murmur2(frame, start, row.end(key.index));
    return packer.close(topic, partitionOfHash(hash, state.partitions));
  }
}

function spanOf(row: Row, index: number): number {
  return row.end(index) - row.start(index);
}

/** A large value that an update left as it was is not sent again; the router has a word for it. */
function isWhole(row: Row, indexes: readonly number[]): boolean {
  for (const index of indexes) if (row.isUnchanged(index)) return false;
  return true;
}

function packOne(packer: RecordPacker, row: Row, index: number): void {
  const start = row.start(index);
  if (start < 0) packer.nothing();
  else packer.span(row.frame, start, row.end(index));
}
