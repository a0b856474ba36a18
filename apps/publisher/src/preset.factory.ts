import type { TableName } from '#replication';
import { OUTBOX_COLUMNS, OutboxReader } from './outbox.columns.ts';
import { OUTBOX_TABLE, type SourceConfig } from './publisher.config.ts';
import { RecordEncoder } from './record.encoder.ts';
import type { PresetParts, RowPreset } from './row.preset.ts';

/** The table that a source's rows are inserted into. */
export function tableOf(_source: Pick<SourceConfig, 'rows'>): TableName {
  return OUTBOX_TABLE;
}

/** Columns that the publication must send; those of other presets are found out by their readers. */
export function columnsOf({ rows }: Pick<SourceConfig, 'rows'>): readonly string[] {
  const preset: string = rows.preset;
  return preset === 'causeway' ? OUTBOX_COLUMNS : [];
}

/** The preset that the source declares. */
export function createPreset(source: SourceConfig, parts: PresetParts): RowPreset {
  const encoder = new RecordEncoder({ sourceName: source.sourceName, ...parts });
  const reader = new OutboxReader();
  return {
    publishes: (relation) => reader.isOutbox(relation),
    encode: (row) => encoder.encode(reader.read(row)),
    place: (record) => encoder.place(record),
  };
}
