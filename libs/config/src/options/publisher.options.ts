import { option } from '../option.ts';
import {
  boolean,
  bytes,
  duration,
  integer,
  oneOf,
  optionalBytes,
  optionalDuration,
  optionalText,
  postgresUrl,
  text,
} from '../option.types.ts';
import { standardPostgresUrl } from '../postgres.standard.ts';

export const publisherOptions = {
  sourcesFile: option('CAUSEWAY_SOURCES_FILE', optionalText, {
    default: '',
    help: 'YAML or JSON file that declares the sources of this process; then CAUSEWAY_SOURCE_NAME, _URL and CAUSEWAY_SLOT stay unset',
  }),
  sourceName: option('CAUSEWAY_SOURCE_NAME', text, {
    help: 'Name of the product whose outbox is published; first part of its topics, and `crm` for the integration database',
  }),
  sourceUrl: option('CAUSEWAY_SOURCE_URL', postgresUrl, {
    help: 'Postgres URL of the database whose outbox is published, with the parameters of libpq such as `sslmode=verify-full`; its role needs REPLICATION and select on outbox.events; else `DATABASE_URL`, else `PGHOST`, `PGDATABASE` and the like',
    standard: standardPostgresUrl,
    secret: true,
  }),
  slotName: option('CAUSEWAY_SLOT', text, {
    default: 'causeway',
    help: 'Replication slot; one publisher reads it at a time. Names are unique in a Postgres cluster',
  }),
  publicationName: option('CAUSEWAY_PUBLICATION', text, {
    default: 'causeway_outbox',
    help: 'Publication that holds outbox.events',
  }),
  messagePrefix: option('CAUSEWAY_MESSAGE_PREFIX', optionalText, {
    default: 'causeway.outbox',
    help: 'Logical messages with this prefix are published like rows; that of outbox.emit_message. Empty: none are',
  }),
  heartbeatInterval: option('CAUSEWAY_HEARTBEAT_INTERVAL', duration, {
    default: '5m',
    help: 'How often a logical message is written that frees the WAL of a database that is idle in a busy cluster; 0s: never',
  }),
  poison: option('CAUSEWAY_POISON', oneOf('dead-letter', 'park-key'), {
    default: 'dead-letter',
    help: 'A row that cannot be produced goes to the dead letters alone, or parks its key: later rows of the key follow it there until it is released',
  }),
  nullKey: option('CAUSEWAY_NULL_KEY', oneOf('allow', 'refuse'), {
    default: 'allow',
    help: 'Whether records without a key are produced, or count as rows that cannot be. The preset causeway always wants a key',
  }),
  preset: option('CAUSEWAY_PRESET', oneOf('causeway', 'debezium-outbox'), {
    default: 'causeway',
    help: 'How rows become records: outbox.events as CloudEvents, or a table laid out for the Debezium outbox event router',
  }),
  outboxTable: option('CAUSEWAY_OUTBOX_TABLE', optionalText, {
    default: '',
    help: 'Table of the preset with its schema, such as public.outbox; default of the preset causeway: outbox.events',
  }),
  debeziumOptions: option('CAUSEWAY_DEBEZIUM_OPTIONS', optionalText, {
    default: '',
    help: 'Options of the event router under its own names, as JSON or as lines of a properties file; see docs/debezium.md',
  }),
  producer: option('CAUSEWAY_PRODUCER', oneOf('platformatic', 'kafkajs'), {
    default: 'platformatic',
    help: 'Which Kafka client produces',
  }),
  batchBytes: option('CAUSEWAY_BATCH_BYTES', bytes, {
    default: '2mb',
    help: 'A batch is closed before its records exceed this size; only a larger transaction is split',
  }),
  batchRows: option('CAUSEWAY_BATCH_ROWS', integer(1, 100_000), {
    default: '5000',
    help: 'A batch is closed when it has this many rows',
  }),
  pendingBytes: option('CAUSEWAY_PENDING_BYTES', bytes, {
    default: '16mb',
    help: 'The replication socket is paused while more than this waits to be produced',
  }),
  idleInterval: option('CAUSEWAY_IDLE_INTERVAL', duration, {
    default: '10s',
    help: 'How often the position of a quiet database is stored and confirmed, which frees its WAL',
  }),
  standbyInterval: option('CAUSEWAY_STANDBY_INTERVAL', duration, {
    default: '500ms',
    help: 'How often a standby looks whether the slot is free',
  }),
  holderTimeout: option('CAUSEWAY_HOLDER_TIMEOUT', duration, {
    default: '10s',
    help: 'A standby takes the slot from another publisher that sent no status for this long; `0s` leaves it to wal_sender_timeout',
  }),
  slotFailover: option('CAUSEWAY_SLOT_FAILOVER', boolean, {
    default: 'true',
    help: 'Create the slot as a failover slot, which standbys of Postgres 17 and later keep a copy of',
  }),
  outboxRetention: option('CAUSEWAY_OUTBOX_RETENTION', optionalDuration, {
    default: '7d',
    help: 'Published rows older than this are dropped, by whole days where the table has day partitions; empty keeps them',
  }),
  outboxTimeColumn: option('CAUSEWAY_OUTBOX_TIME_COLUMN', optionalText, {
    default: '',
    help: 'For an outbox table without partitions: the column that says when a row was written. Unset, its rows are never deleted',
  }),
  walDisk: option('CAUSEWAY_WAL_DISK', optionalBytes, {
    default: '',
    help: "Size of the disk that holds the source server's WAL, for the time to disk full that `causeway outbox status` tells",
  }),
  upkeepInterval: option('CAUSEWAY_UPKEEP_INTERVAL', duration, {
    default: '5m',
    help: 'How often partitions are created ahead, and old rows dropped',
  }),
  transactionTimeout: option('CAUSEWAY_TRANSACTION_TIMEOUT', duration, {
    default: '30s',
    help: 'Kafka aborts a transaction of a dead publisher after this time',
  }),
};
