import { option } from '../option.ts';
import { integer, list, oneOf, optionalDuration, optionalText, optionalUrl } from '../option.types.ts';

/** How Kafka is reached. */
export const kafkaConnectionOptions = {
  kafkaBrokers: option('CAUSEWAY_KAFKA_BROKERS', list, {
    help: 'Kafka bootstrap servers, host:port, separated by commas',
  }),
  kafkaTls: option('CAUSEWAY_KAFKA_TLS', oneOf('off', 'on'), {
    default: 'off',
    help: 'Speak TLS with the brokers, whose certificates and names are verified',
  }),
  kafkaCaFile: option('CAUSEWAY_KAFKA_CA_FILE', optionalText, {
    default: '',
    help: "PEM file of the authorities that the brokers' certificates come from; empty: those that Node trusts",
  }),
  kafkaCertFile: option('CAUSEWAY_KAFKA_CERT_FILE', optionalText, {
    default: '',
    help: "PEM file of the client's certificate and its chain, for brokers that want one",
  }),
  kafkaKeyFile: option('CAUSEWAY_KAFKA_KEY_FILE', optionalText, {
    default: '',
    help: "PEM file of the client certificate's key",
  }),
  kafkaKeyPassword: option('CAUSEWAY_KAFKA_KEY_PASSWORD', optionalText, {
    default: '',
    help: 'Password of the key file, when it is encrypted',
    secret: true,
  }),
  kafkaSaslMechanism: option(
    'CAUSEWAY_KAFKA_SASL_MECHANISM',
    oneOf('none', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'),
    { default: 'none', help: 'How the client says who it is, beside or instead of a certificate' },
  ),
  kafkaUsername: option('CAUSEWAY_KAFKA_USERNAME', optionalText, {
    default: '',
    help: 'User for PLAIN and SCRAM',
  }),
  kafkaPassword: option('CAUSEWAY_KAFKA_PASSWORD', optionalText, {
    default: '',
    help: 'Password for PLAIN and SCRAM',
    secret: true,
  }),
  kafkaOauthTokenUrl: option('CAUSEWAY_KAFKA_OAUTH_TOKEN_URL', optionalUrl, {
    default: '',
    help: 'Token endpoint for OAUTHBEARER (grant client_credentials); tokens are renewed before they expire',
  }),
  kafkaOauthClientId: option('CAUSEWAY_KAFKA_OAUTH_CLIENT_ID', optionalText, {
    default: '',
    help: 'Client id at the token endpoint',
  }),
  kafkaOauthClientSecret: option('CAUSEWAY_KAFKA_OAUTH_CLIENT_SECRET', optionalText, {
    default: '',
    help: 'Client secret at the token endpoint',
    secret: true,
  }),
  kafkaOauthScope: option('CAUSEWAY_KAFKA_OAUTH_SCOPE', optionalText, {
    default: '',
    help: 'Scope that is asked for at the token endpoint',
  }),
  kafkaOauthTokenFile: option('CAUSEWAY_KAFKA_OAUTH_TOKEN_FILE', optionalText, {
    default: '',
    help: 'File that holds the token for OAUTHBEARER, instead of an endpoint; read at each login, since something renews it',
  }),
};

export const kafkaOptions = {
  ...kafkaConnectionOptions,
  topicPartitions: option('CAUSEWAY_TOPIC_PARTITIONS', integer(1, 1000), {
    default: '6',
    help: 'Partitions of topics that Causeway creates; all topics of a product must have the same number',
  }),
  topicReplication: option('CAUSEWAY_TOPIC_REPLICATION', integer(1, 10), {
    default: '1',
    help: 'Replication factor of topics that Causeway creates; 3 in production',
  }),
  topicRetention: option('CAUSEWAY_TOPIC_RETENTION', optionalDuration, {
    default: '',
    help: 'How long Kafka keeps records of topics of events that Causeway creates; longer than anybody may want to replay from Kafka; empty: as the broker has it',
  }),
};
