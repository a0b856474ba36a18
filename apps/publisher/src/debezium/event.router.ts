import { CausewayError } from '#contracts';
import { BATCH_OVERHEAD, isTopicName, partitionOf, recordBytes, type ProducerRecord } from '#kafka';
import type { Logger } from '#observability';
import type { Relation, Row, RowUpdate, TableName } from '#replication';
import { deadLetter, type Poison } from '../dead.letter.ts';
import type { EncodedRecord, PresetParts, RowPreset } from '../row.preset.ts';
import { sendsRawBytes, type DebeziumOptions } from '#config';
import { expandJson } from './json.expansion.ts';
import { keyOf, layoutOf, textOf, type LayoutColumn, type TableLayout } from './table.layout.ts';
import { compileRoute, type TopicRoute } from '#config';
import { LayoutPacker } from './layout.packer.ts';

export interface EventRouterOptions extends PresetParts {
  readonly table: TableName;
  readonly options: DebeziumOptions;
  readonly topicPrefix: string;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** What the connector adds to the new row of an update of the key. */
const OLD_KEY = '__debezium.oldkey';
/** Kafka's default for `message.timestamp.after.max.ms`: a batch with a later record is refused. */
const MOST_AHEAD_MS = 3_600_000;
const MOST_TOPICS = 10_000;

/**
 * Rows of a table that is laid out for Debezium's outbox event router, as the records that the router sends with String converters: the
 * same topic, key, value, headers and partition. Deletes are nothing to it; updates are handled as it declares.
 */
export class EventRouter implements RowPreset {
  readonly #options: EventRouterOptions;
  readonly #route: TopicRoute;
  readonly #source: Buffer;
  readonly #topics = new Map<string, string>();
  /** Partitions that rows ask for, kept until their topic is known. */
  readonly #asked = new WeakMap<ProducerRecord, number>();
  readonly #oldKeys = new WeakMap<Row, Row>();
  #packer: LayoutPacker | undefined;
  #relation: Relation | undefined;
  #layout: TableLayout | undefined;

  constructor(options: EventRouterOptions) {
    this.#options = options;
    const { 'route.topic.regex': regex, 'route.topic.replacement': replacement } = options.options;
    this.#route = compileRoute({ regex, replacement });
    this.#source = Buffer.from(`/${options.table.schema}.${options.table.table}`);
  }

  publishes({ schema, table }: Relation): boolean {
    const wanted = this.#options.table;
    return schema === wanted.schema && table === wanted.table;
  }

  /** An update of the key is a delete and an insert to Debezium, and so the new row is an event. */
  update({ relation, rekeyed, oldKey }: RowUpdate): Row | undefined {
    if (!this.publishes(relation)) return undefined;
    if (rekeyed !== undefined) {
      if (oldKey !== undefined) this.#oldKeys.set(rekeyed, oldKey);
      return rekeyed;
    }
    const behavior = this.#options.options['table.op.invalid.behavior'];
    const table = `${relation.schema}.${relation.table}`;
    if (behavior === 'fatal') throw new CausewayError('OUTBOX_ROW_UPDATED', { details: { table } });
    const code = 'OUTBOX_ROW_UPDATED';
    this.#options.logger[behavior]({ code, table }, 'a row of the outbox was updated, which publishes nothing');
    return undefined;
  }

  encode(row: Row): EncodedRecord {
    const layout = this.#layoutOf(row.relation);
    const oldKey = this.#oldKeys.get(row);
    // A row with an old key has a header that the fast way does not know.
    const packed = oldKey === undefined ? this.#packer?.pack(row) : undefined;
    return packed ?? this.#encodeFully(row, { layout, oldKey });
  }

  #encodeFully(row: Row, { layout, oldKey }: { layout: TableLayout; oldKey: Row | undefined }): EncodedRecord {
    const headers = new Map<string, Buffer | null>();
    if (oldKey !== undefined) headers.set(OLD_KEY, keyOf(oldKey, this.#options.options));
    headers.set('id', textOf(row, layout.id));
    for (const field of layout.headers) headers.set(field.alias, textOf(row, field));
    const value = this.#valueOf(row, layout);
    const routed = textOf(row, layout.route)?.toString('utf8');
    const topic = routed === undefined ? '' : this.#topicOf(routed);
    const record = {
      topic,
      key: textOf(row, layout.key),
      value: typeof value === 'string' ? null : value,
      headers,
      ...this.#timeOf(row, layout),
    };
    const { 'route.by.field': routeBy } = this.#options.options;
    if (routed === undefined) return this.#refuse({ record, reason: `${routeBy} is null` });
    if (!isTopicName(topic)) return this.#refuse({ record, topic, reason: `${routeBy} makes no name for a topic` });
    if (typeof value === 'string') return this.#refuse({ record, topic, reason: value });
    const asked = layout.partition === undefined ? null : textOf(row, layout.partition);
    return this.#fit(record, asked === null ? undefined : Number(asked.toString('latin1')));
  }

  place(record: ProducerRecord): ProducerRecord {
    if (record.partition !== undefined) return record;
    return this.#fit(record, this.#asked.get(record));
  }

  #layoutOf(relation: Relation): TableLayout {
    if (relation !== this.#relation || this.#layout === undefined) {
      this.#layout = layoutOf(relation, this.#options.options);
      this.#relation = relation;
      this.#packer = LayoutPacker.for(this.#layout, this.#options.options, {
        topicOf: (routed) => {
          const topic = this.#topicOf(routed.toString('utf8'));
          return isTopicName(topic) ? topic : undefined;
        },
        findTopic: this.#options.findTopic,
      });
    }
    return this.#layout;
  }

  /** The record's value, or in words why there is none. */
  #valueOf(row: Row, layout: TableLayout): Buffer | null | string {
    const { options } = this.#options;
    if (sendsRawBytes(options)) return rawOf(row, layout.payload);
    let payload = textOf(row, layout.payload);
    if (options['route.tombstone.on.empty.payload'] && isBlank(payload)) return null;
    if (payload !== null && options['table.expand.json.payload'] && layout.payload.reader.type === 'string') {
      const expanded = expandJson(payload.toString('utf8'), options['table.json.payload.null.behavior']);
      if (expanded.kind === 'struct') payload = Buffer.from(expanded.text);
      // The router has typed it as what it is not then, which only an envelope is checked against.
      else if (expanded.kind === 'mistyped' && layout.envelope.length > 0) return 'the payload cannot be expanded';
    }
    return layout.envelope.length === 0 ? payload : envelopeOf(row, { layout, payload });
  }

  #timeOf(row: Row, { timestamp }: TableLayout): { timestamp?: number } {
    const value = timestamp === undefined ? null : row.bytes(timestamp.index);
    const time = value === null ? null : (timestamp?.reader.epochMs?.(value) ?? null);
    return time === null ? {} : { timestamp: time };
  }

  /** `<prefix>` and what the expressions make of the routed value. Few and always the same: made once each. */
  #topicOf(routed: string): string {
    let topic = this.#topics.get(routed);
    if (topic === undefined) {
      topic = this.#options.topicPrefix + this.#route(routed);
      if (this.#topics.size < MOST_TOPICS) this.#topics.set(routed, topic);
    }
    return topic;
  }

  /** Without a partition the record's topic is not known yet: `place` it once it is. */
  #fit(record: ProducerRecord, asked: number | undefined): EncodedRecord {
    const { topic, key, timestamp } = record;
    const state = this.#options.findTopic(topic);
    const bytes = recordBytes(record);
    if (state === undefined) {
      const unplaced = { ...record, bytes };
      if (asked !== undefined) this.#asked.set(unplaced, asked);
      return unplaced;
    }
    if (bytes + BATCH_OVERHEAD > state.maxMessageBytes) {
      const reason = `the record needs up to ${bytes} bytes, the topic takes ${state.maxMessageBytes}`;
      return this.#refuse({ record, topic, reason });
    }
    if (asked !== undefined && (asked < 0 || asked >= state.partitions))
      return this.#refuse({ record, topic, reason: `there is no partition ${asked}` });
    if (timestamp !== undefined && timestamp < 0)
      return this.#refuse({ record, topic, reason: 'its timestamp is before 1970' });
    if (timestamp !== undefined && timestamp > Date.now() + MOST_AHEAD_MS)
      return this.#refuse({ record, topic, reason: 'its timestamp is more than an hour ahead' });
    const partition = asked ?? (key === null ? 0 : partitionOf(key, state.partitions));
    return { ...record, partition, bytes };
  }

  #refuse(poison: Omit<Poison, 'row'>): EncodedRecord {
    const whole = { ...poison, row: undefined };
    this.#options.onPoison(whole);
    const topic = this.#options.topics.deadLetters;
    const record = deadLetter(whole, { topic, source: this.#source, state: this.#options.findTopic(topic) });
    return { ...record, bytes: recordBytes(record) };
  }
}

function rawOf(row: Row, { index, reader, unavailable }: LayoutColumn): Buffer | null {
  if (row.isUnchanged(index)) return unavailable;
  const value = row.bytes(index);
  return value === null ? null : (reader.raw?.(value) ?? null);
}

/** Java's `trim` takes away everything up to the blank. */
function isBlank(payload: Buffer | null): boolean {
  return payload === null || payload.every((byte) => byte <= 0x20);
}

/** `Struct.toString` of the envelope: nulls are left out. */
function envelopeOf(
  row: Row,
  { layout, payload }: { readonly layout: TableLayout; readonly payload: Buffer | null },
): Buffer {
  const parts: Buffer[] = [];
  const put = (name: string, value: Buffer | null): void => {
    if (value !== null) parts.push(Buffer.from(`${parts.length === 0 ? '' : ','}${name}=`), value);
  };
  put('payload', payload);
  for (const field of layout.envelope) put(field.alias, textOf(row, field));
  return Buffer.concat([Buffer.from('Struct{'), ...parts, Buffer.from('}')]);
}
