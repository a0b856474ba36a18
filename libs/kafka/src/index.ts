export {
  EVENT_CONSTANTS,
  RFC3339,
  encodeEventHeaders,
  isInstant,
  readOwnHeaders,
  rfc3339,
  type EventColumns,
  type EventHeaders,
} from './event.headers.ts';
export { asKafkaError, namesKafkaError } from './kafka-error.policy.ts';
export { createKafka, type KafkaClient, type KafkaOptions } from './kafka.client.ts';
export { murmur2, partitionOf, partitionOfHash } from './murmur2.partitioner.ts';
export {
  PARKED_KEYS_SETTINGS,
  parkedKeyRecord,
  readParkedKeys,
  releasedKeyRecord,
  type ParkedKey,
} from './parked.keys.store.ts';
export { kafkaConnection, type KafkaConnection, type KafkaSecurity } from './security/kafka.connection.ts';
export { delayUnlessRefused, platformaticConnection } from './security/platformatic.security.ts';
export { positionKey, positionRecord, readPosition, type PositionStoreOptions } from './position.store.ts';
export { PRODUCER_CLIENTS, createTransactionalProducer, type ProducerClient } from './producer.factory.ts';
export {
  DEFAULT_MAX_MESSAGE_BYTES,
  type ProducerOptions,
  type ProducerRecord,
  type TransactionalProducer,
} from './producer.port.ts';
export { MOST_LENGTH_BYTES, RecordPacker, lengthAndText } from './record.packer.ts';
export { inPartition, type PackedRecord } from './packed.record.ts';
export { BATCH_OVERHEAD, recordBytes } from './record.size.ts';
export type { PartitionRange } from './committed.records.ts';
export { RecordReader, type TimeRange } from './record.reader.ts';
export {
  followTail,
  readTail,
  TopicTail,
  type FollowOptions,
  type TailOptions,
  type TailRecord,
} from './topic.tail.ts';
export { TopicAdmin, type TopicDeclaration, type TopicState } from './topic.admin.ts';
export { inspectTopics, topicsAmong, type InspectedTopic } from './topic.inspect.ts';
export { DEAD_LETTER_SETTINGS, eventTopicSettings } from './topic.settings.ts';
export { topicChange, type TopicChange } from './topic.change.policy.ts';
export { POSITIONS_SETTINGS, TopicCatalogue } from './topic.catalogue.ts';
export { publisherTransactionalId, resendTransactionalId, type SlotName } from './transactional.id.ts';
export { isTopicName } from './topic.name.policy.ts';
export { BatchStrategy, type BatchStrategyOptions } from './consumer/batch.strategy.ts';
export { BatchContext, type BatchRecord, type RecordBatch } from './consumer/record.batch.ts';
export { RethrowFilter } from './consumer/rethrow.filter.ts';
export { groupBacklog, groupLag, type EmptyRanges, type GroupLagQuery } from './consumer/group.lag.ts';
export type { Waiting } from './consumer/waiting.count.ts';
