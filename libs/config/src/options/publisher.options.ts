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
  text,
} from '../option.types.ts';

export const publisherOptions = {
  sourceName: option('CAUSEWAY_SOURCE_NAME', text, {
    help: 'Name of the product whose outbox is published; first part of its topics, and `crm` for the integration database',
  }),
  sourceUrl: option('CAUSEWAY_SOURCE_URL', text, {
    help: 'Postgres URL of the database whose outbox is published; its role needs REPLICATION and select on outbox.events',
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
