import { option } from '../option.ts';
import { bytes, duration, integer, oneOf, text } from '../option.types.ts';
import { standardPostgresUrl } from '../postgres.standard.ts';

export const publisherOptions = {
  sourceName: option('CAUSEWAY_SOURCE_NAME', text, {
    help: 'Name of the product whose outbox is published; first part of its topics, and `crm` for the integration database',
  }),
  sourceUrl: option('CAUSEWAY_SOURCE_URL', text, {
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
  transactionTimeout: option('CAUSEWAY_TRANSACTION_TIMEOUT', duration, {
    default: '30s',
    help: 'Kafka aborts a transaction of a dead publisher after this time',
  }),
};
