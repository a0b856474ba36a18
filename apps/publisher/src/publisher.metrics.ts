import {
  labelledMetrics,
  type LabelledCounter,
  type LabelledGauge,
  type LabelledHistogram,
  type Registry,
} from '#observability';

/** What the publisher tells Prometheus of one source; README.md lists them for operators. */
export interface PublisherMetrics {
  readonly rows: LabelledCounter;
  readonly bytes: LabelledCounter;
  readonly batches: LabelledCounter;
  readonly idlePositions: LabelledCounter;
  readonly deadLetters: LabelledCounter;
  readonly parkedKeys: LabelledGauge;
  readonly parkedRows: LabelledCounter;
  readonly refusedMessages: LabelledCounter;
  readonly heartbeats: LabelledCounter;
  readonly failures: LabelledCounter;
  readonly transactionSeconds: LabelledHistogram;
  readonly positionLsn: LabelledGauge;
  readonly lagBytes: LabelledGauge;
  readonly heldBackBytes: LabelledGauge;
  readonly pendingBytes: LabelledGauge;
  readonly paused: LabelledGauge;
  readonly state: LabelledGauge;
}

/** Sources share the names; each has its label. */
export function createPublisherMetrics(registry: Registry, source: string): PublisherMetrics {
  const { counter, gauge, histogram } = labelledMetrics({ source });
  return {
    rows: counter(registry, 'publisher_rows_total', { help: 'Outbox rows stored in Kafka, dead letters included' }),
    bytes: counter(registry, 'publisher_bytes_total', { help: 'Bytes of records stored in Kafka, at most' }),
    batches: counter(registry, 'publisher_batches_total', { help: 'Kafka transactions with rows' }),
    idlePositions: counter(registry, 'publisher_idle_positions_total', { help: 'Positions stored without rows' }),
    deadLetters: counter(registry, 'publisher_dead_letters_total', {
      help: 'Rows that could not be produced as they are',
    }),
    parkedKeys: gauge(registry, 'publisher_parked_keys', {
      help: 'Keys whose rows wait behind one that cannot be produced',
    }),
    parkedRows: counter(registry, 'publisher_parked_rows_total', {
      help: 'Rows that went to the dead letters because their key is parked',
    }),
    refusedMessages: counter(registry, 'publisher_refused_messages_total', {
      help: 'Logical messages with our prefix that are no events: not transactional',
    }),
    heartbeats: counter(registry, 'publisher_heartbeats_total', {
      help: 'Heartbeats by result: written, skipped on a server in recovery, failed',
      labelNames: ['result'],
    }),
    failures: counter(registry, 'publisher_failures_total', {
      help: 'Sessions that ended by an error',
      labelNames: ['code'],
    }),
    transactionSeconds: histogram(registry, 'publisher_transaction_seconds', {
      help: 'Duration of a Kafka transaction',
    }),
    positionLsn: gauge(registry, 'publisher_position_lsn', { help: 'Position stored in Kafka, as bytes of WAL' }),
    lagBytes: gauge(registry, 'publisher_lag_bytes', { help: "WAL between the position and the server's end of WAL" }),
    heldBackBytes: gauge(registry, 'publisher_wal_held_back_bytes', { help: 'WAL that the server keeps for the slot' }),
    pendingBytes: gauge(registry, 'publisher_pending_bytes', { help: 'Bytes read and not yet stored in Kafka' }),
    paused: gauge(registry, 'publisher_paused', { help: '1 while reading is paused because Kafka is behind' }),
    state: gauge(registry, 'publisher_state', {
      help: '1 for the state that the publisher is in',
      labelNames: ['state'],
    }),
  };
}
