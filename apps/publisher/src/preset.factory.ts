import { CausewayError } from '#contracts';
import type { Logger } from '#observability';
import { sourceOfProduct } from '#contracts';
import { isTopicName } from '#kafka';
import type { TableName } from '#replication';
import { EventRouter } from './debezium/event.router.ts';
import { OUTBOX_COLUMNS, OutboxReader } from './outbox.columns.ts';
import type { SourceConfig } from './publisher.config.ts';
import { RecordEncoder } from './record.encoder.ts';
import { RowPacker } from './row.packer.ts';
import type { PresetParts, RowPreset } from './row.preset.ts';
import { scheduledProduct } from './scheduled.event.ts';

/** The table that a source's rows are inserted into. */
export function tableOf({ rows }: Pick<SourceConfig, 'rows'>): TableName {
  return rows.table;
}

/** Columns that the publication must send; those of other presets are found out by their readers. */
export function columnsOf({ rows }: Pick<SourceConfig, 'rows'>): readonly string[] {
  return rows.preset === 'causeway' ? OUTBOX_COLUMNS : [];
}

/**
 * The preset that the source declares.
 * @throws CausewayError `CONFIG_INVALID` for a Kafka client that cannot send what the preset does
 */
export function createPreset(source: SourceConfig, parts: PresetParts & { readonly logger: Logger }): RowPreset {
  const { rows, topicPrefix = '' } = source;
  if (rows.preset === 'debezium-outbox') {
    if (source.producer === 'kafkajs') {
      const problems =
        'the preset debezium-outbox wants CAUSEWAY_PRODUCER=platformatic: kafkajs cannot send a header that is null';
      throw new CausewayError('CONFIG_INVALID', { details: { problems } });
    }
    return new EventRouter({ ...parts, table: rows.table, options: rows.options, topicPrefix });
  }
  const encoder = new RecordEncoder({ sourceName: source.sourceName, ...parts });
  const reader = new OutboxReader(tableOf(source));
  const packer = new RowPacker({
    source: sourceOfProduct(source.sourceName),
    topicOf: (aggregateType) => {
      // Its source is another: the encoder knows.
      if (scheduledProduct(source.sourceName, aggregateType.toString('utf8')) !== null) return undefined;
      const topic = encoder.topicOf(aggregateType);
      return isTopicName(topic) ? topic : undefined;
    },
    findTopic: parts.findTopic,
  });
  return {
    publishes: (relation) => reader.isOutbox(relation),
    encode: (row) => packer.pack(row, reader.indexesOf(row.relation)) ?? encoder.encode(reader.read(row)),
    encodeMessage: (content) => encoder.encodeMessage(content),
    place: (record) => encoder.place(record),
  };
}
