import { sourceOfProduct } from '#contracts';
import { isTopicName } from '#kafka';
import type { TableName } from '#replication';
import { OutboxReader } from './outbox.columns.ts';
import { OUTBOX_TABLE, type SourceConfig } from './publisher.config.ts';
import { RecordEncoder } from './record.encoder.ts';
import { RowPacker } from './row.packer.ts';
import type { PresetParts, RowPreset } from './row.preset.ts';

/** The table that a source's rows are inserted into. */
export function tableOf(_source: Pick<SourceConfig, 'rows'>): TableName {
  return OUTBOX_TABLE;
}

/** The preset that the source declares. */
export function createPreset(source: SourceConfig, parts: PresetParts): RowPreset {
  const encoder = new RecordEncoder({ sourceName: source.sourceName, ...parts });
  const reader = new OutboxReader();
  const packer = new RowPacker({
    source: sourceOfProduct(source.sourceName),
    topicOf: (aggregateType) => {
      const topic = encoder.topicOf(aggregateType);
      return isTopicName(topic) ? topic : undefined;
    },
    findTopic: parts.findTopic,
  });
  return {
    publishes: (relation) => reader.isOutbox(relation),
    encode: (row) => packer.pack(row, reader.indexesOf(row.relation)) ?? encoder.encode(reader.read(row)),
    place: (record) => encoder.place(record),
  };
}
