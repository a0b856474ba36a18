import { counter, gauge, histogram, type Counter, type Gauge, type Histogram, type Registry } from '#observability';

/** What the publisher tells Prometheus; README.md lists them for operators. */
export interface PublisherMetrics {
  readonly rows: Counter;
  readonly bytes: Counter;
  readonly batches: Counter;
  readonly idlePositions: Counter;
  readonly deadLetters: Counter;
  readonly failures: Counter;
  readonly transactionSeconds: Histogram;
  readonly positionLsn: Gauge;
  readonly lagBytes: Gauge;
  readonly heldBackBytes: Gauge;
  readonly pendingBytes: Gauge;
  readonly paused: Gauge;
  readonly state: Gauge;
  readonly lagSeconds: Gauge;
  readonly slotState: Gauge;
  readonly safeWalBytes: Gauge;
  readonly pauseSeconds: Counter;
  readonly partitionsDropped: Counter;
  readonly rowsDeleted: Counter;
  readonly upkeepFailures: Counter;
}

export function createPublisherMetrics(registry: Registry): PublisherMetrics {
  return {
    rows: counter(registry, 'publisher_rows_total', { help: 'Outbox rows stored in Kafka, dead letters included' }),
    bytes: counter(registry, 'publisher_bytes_total', { help: 'Bytes of records stored in Kafka, at most' }),
    batches: counter(registry, 'publisher_batches_total', { help: 'Kafka transactions with rows' }),
    idlePositions: counter(registry, 'publisher_idle_positions_total', { help: 'Positions stored without rows' }),
    deadLetters: counter(registry, 'publisher_dead_letters_total', {
      help: 'Rows that could not be produced as they are',
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
