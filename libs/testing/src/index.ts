export { aClaimedCommand, aCommand, aNewCommand, type NewCommandSeed } from './builders/command.builder.ts';
export { aBatch, anEvent, aRecord, type RecordSeed } from './builders/event.builder.ts';
export { newAuthority, type Authority, type Identity } from './certificates.ts';
export { integrationDatabase, type ConnectionSeed, type IntegrationContext } from './contexts/integration.database.ts';
export { kafkaTopics, type KafkaTopics } from './contexts/kafka.topics.ts';
export { hasJava, securedKafka, securedPostgres, startOwnServers, unsignedToken } from './contexts/secured.servers.ts';
export { capturedLogger, silentLogger, type CapturedLogger } from './loggers.ts';
export { kafkaBrokers, postgresUrl } from './servers.ts';
export { until, type UntilOptions } from './until.ts';
