export { encodeEventHeaders, rfc3339, type EventColumns, type EventHeaders } from './event.headers.ts';
export { asKafkaError, namesKafkaError } from './kafka-error.policy.ts';
export { createKafka, type KafkaOptions } from './kafka.client.ts';
export { kafkaConnection, type KafkaConnection, type KafkaSecurity } from './security/kafka.connection.ts';
export { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';
export { murmur2, partitionOf } from './murmur2.partitioner.ts';
export { positionKey, positionRecord, readPosition, type PositionStoreOptions } from './position.store.ts';
export { PRODUCER_CLIENTS, createTransactionalProducer, type ProducerClient } from './producer.factory.ts';
export {
  DEFAULT_MAX_MESSAGE_BYTES,
  type ProducerOptions,
  type ProducerRecord,
  type TransactionalProducer,
} from './producer.port.ts';
export { BATCH_OVERHEAD, recordBytes } from './record.size.ts';
export { TopicAdmin, type TopicDeclaration, type TopicState } from './topic.admin.ts';
export { POSITIONS_SETTINGS, TopicCatalogue } from './topic.catalogue.ts';
export { isTopicName } from './topic.name.policy.ts';
export { BatchStrategy, type BatchStrategyOptions } from './consumer/batch.strategy.ts';
export { BatchContext, type BatchRecord, type RecordBatch } from './consumer/record.batch.ts';
export { RethrowFilter } from './consumer/rethrow.filter.ts';
export { groupLag, type GroupLagQuery } from './consumer/group.lag.ts';
