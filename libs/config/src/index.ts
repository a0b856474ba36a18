export { loadConfig } from './load.config.ts';
export { OPTION_GROUPS, catalogue } from './option.catalogue.ts';
export type { AdditionalField } from './debezium/additional.fields.ts';
export { presetOfEnvironment, type PresetEnvironment } from './debezium/debezium.environment.ts';
export {
  debeziumOptionsSchema,
  debeziumPresetSchema,
  sendsRawBytes,
  type DebeziumOptions,
  type DebeziumPresetConfig,
} from './debezium/debezium.options.ts';
export { compileRoute, type TopicRoute } from './debezium/topic.route.ts';
export { isOwnOptionSet, standardPostgresUrl } from './postgres.standard.ts';
export { option, type Config, type Environment, type Option, type OptionSet, type OptionType } from './option.ts';
export { connectionOptions } from './options/connection.options.ts';
export { crmOptions } from './options/crm.options.ts';
export { integrationOptions } from './options/integration.options.ts';
export { kafkaConnectionOptions, kafkaOptions } from './options/kafka.options.ts';
export { processOptions } from './options/process.options.ts';
export { productOptions } from './options/product.options.ts';
export { publisherOptions } from './options/publisher.options.ts';
export { sandboxOptions } from './options/sandbox.options.ts';
export { simulatorOptions } from './options/simulator.options.ts';
export { stackOptions } from './options/stack.options.ts';
export { webhooksOptions } from './options/webhooks.options.ts';
export { DEFAULT_ROWS, rowsSchema, type RowsConfig } from './sources/rows.schema.ts';
export { readSourcesFile, type DeclaredSource, type SourcesFileOptions } from './sources/sources.file.ts';
export { summariseSource, type SourceSummary } from './sources/sources.summary.ts';
export { sourcesJsonSchema } from './sources/sources.schema.ts';
export { maskPassword, summariseConfig } from './summary.config.ts';
export * as optionTypes from './option.types.ts';
