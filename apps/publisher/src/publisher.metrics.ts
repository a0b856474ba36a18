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
  readonly lagSeconds: LabelledGauge;
  readonly slotState: LabelledGauge;
  readonly safeWalBytes: LabelledGauge;
  readonly pauseSeconds: LabelledCounter;
  readonly partitionsDropped: LabelledCounter;
  readonly rowsDeleted: LabelledCounter;
  readonly upkeepFailures: LabelledCounter;
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
    lagSeconds: gauge(registry, 'publisher_lag_seconds', {
      help: 'Seconds since the oldest transaction that was read and is not in Kafka committed',
    }),
    slotState: gauge(registry, 'publisher_slot_state', {
      help: "1 for the slot's wal_status: reserved, extended, unreserved or lost; missing when it is gone",
      labelNames: ['state'],
    }),
    safeWalBytes: gauge(registry, 'publisher_wal_safe_bytes', {
      help: 'WAL that may still be written before the server gives the slot up; -1 without a limit',
    }),
    pauseSeconds: counter(registry, 'publisher_pause_seconds_total', {
      help: 'Time for which reading was paused because Kafka was behind',
    }),
    partitionsDropped: counter(registry, 'publisher_partitions_dropped_total', {
      help: 'Day partitions dropped by the upkeep of the outbox',
    }),
    rowsDeleted: counter(registry, 'publisher_rows_deleted_total', {
      help: 'Published rows deleted by the upkeep of the outbox',
    }),
    upkeepFailures: counter(registry, 'publisher_upkeep_failures_total', {
      help: 'Failures of the upkeep of the outbox; publishing goes on',
    }),
  };
}
