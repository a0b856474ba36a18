export { aClaimedCommand, aCommand, aNewCommand, type NewCommandSeed } from './builders/command.builder.ts';
export { aBatch, anEvent, aRecord, type RecordSeed } from './builders/event.builder.ts';
export { integrationDatabase, type ConnectionSeed, type IntegrationContext } from './contexts/integration.database.ts';
export { kafkaTopics, type KafkaTopics } from './contexts/kafka.topics.ts';
export { capturedLogger, silentLogger, type CapturedLogger } from './loggers.ts';
export { kafkaBrokers, postgresUrl } from './servers.ts';
export { PATIENCE_MS, until, type UntilOptions } from './until.ts';
