import { option } from '../option.ts';
import { integer, list } from '../option.types.ts';

export const kafkaOptions = {
  kafkaBrokers: option('CAUSEWAY_KAFKA_BROKERS', list, {
    help: 'Kafka bootstrap servers, host:port, separated by commas',
  }),
  topicPartitions: option('CAUSEWAY_TOPIC_PARTITIONS', integer(1, 1000), {
    default: '6',
    help: 'Partitions of topics that Causeway creates; all topics of a product must have the same number',
  }),
  topicReplication: option('CAUSEWAY_TOPIC_REPLICATION', integer(1, 10), {
    default: '1',
    help: 'Replication factor of topics that Causeway creates; 3 in production',
  }),
};
