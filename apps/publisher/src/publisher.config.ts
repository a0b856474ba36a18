import type { DebeziumPresetConfig } from './debezium/debezium.options.ts';
import { presetOfEnvironment } from './debezium/debezium.environment.ts';
import { kafkaOptions, processOptions, publisherOptions, type Config } from '#config';

/** Everything that the publisher reads from its environment. */
export const publisherProcessOptions = { ...processOptions, ...kafkaOptions, ...publisherOptions };

export type PublisherConfig = Config<typeof publisherProcessOptions>;

/** How rows of a source's table become records. */
export type PresetConfig = { readonly preset: 'causeway' } | DebeziumPresetConfig;

/** One source with everything that its session needs; a process may have several. */
export type SourceConfig = PublisherConfig & { readonly rows: PresetConfig };

/** The source that the environment declares. */
export function sourceOfEnvironment(config: PublisherConfig): SourceConfig {
  return { ...config, rows: presetOfEnvironment(config) };
}

/** The one table that is published; the publication may hold others, for other readers. */
export const OUTBOX_TABLE = { schema: 'outbox', table: 'events' } as const;
