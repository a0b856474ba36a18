import type { Client } from 'pg';
import { CausewayError } from '#contracts';
import { errorFields, type Logger } from '#observability';
import { connectClient } from '#postgres';
import { parseLsn, type Lsn } from '#replication';
import { Stopped, orStopped, pauseFor } from './abort.race.ts';
import { tableOf } from './preset.factory.ts';
import type { SourceConfig } from './publisher.config.ts';
import type { PublisherMetrics } from './publisher.metrics.ts';
import {
  CHUNK_ROWS,
  deleteRows,
  dropPartitions,
  makePartitions,
  readLayout,
  takeMarker,
  type Cleaned,
  type Marker,
} from './upkeep.statements.ts';

export interface UpkeepParts {
  readonly config: SourceConfig;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
  /** The position that Kafka holds. */
  readonly stored: () => Lsn;
}

/** How soon it is looked whether Kafka has got as far as the marker. */
const REACHED_PAUSE_MS = 1000;

/**
 * Keeps the outbox small while the stream runs, on a connection of its own: makes partitions ahead and drops what is published
 * and older than the retention. What fails is a warning and a count, and is tried again: publishing is never held up.
 *
 * What is published? A marker is taken: which transactions have ended by now, and an address of the WAL after all of them. Once Kafka
 * holds everything up to that address, every row that those transactions wrote is published, whatever its created_at says.
 */
export class OutboxUpkeep {
  readonly #parts: UpkeepParts;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #reported: string | undefined;

  private constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  static start(parts: UpkeepParts): OutboxUpkeep {
    return new OutboxUpkeep(parts);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#once();
        this.#reported = undefined;
      } catch (error) {
        if (error instanceof Stopped) return;
        this.#report(error);
      }
      await pauseFor(signal, this.#parts.config.upkeepInterval).catch(() => undefined);
    }
  }

  async #once(): Promise<void> {
    const { config } = this.#parts;
    const { signal } = this.#abort;
    const table = tableOf(config);
    const layout = await this.#connected((client) => readLayout(client, table));
    const { outboxRetention: retentionMs, outboxTimeColumn: timeColumn } = config;
    if (layout === 'partitions') await this.#connected(makePartitions);
    if (layout === 'foreign' && table.schema === 'outbox' && table.table === 'events') {
      throw new CausewayError('OUTBOX_UPKEEP_FAILED', { details: { reason: 'outbox.drop_published is missing' } });
    }
    if (retentionMs === undefined || layout === 'foreign') return;
    if (layout === 'plain' && timeColumn === undefined) return;
    const marker = await this.#connected(takeMarker);
    while (this.#parts.stored() < parseLsn(marker.lsn)) await pauseFor(signal, REACHED_PAUSE_MS);
    for (;;) {
      const cleaned = await this.#connected((client) => this.#clean(client, { marker, retentionMs }));
      if (cleaned.deleted < CHUNK_ROWS) return;
    }
  }

  async #clean(client: Client, given: { readonly marker: Marker; readonly retentionMs: number }): Promise<Cleaned> {
    const { config, logger, metrics } = this.#parts;
    const table = tableOf(config);
    const { outboxTimeColumn: timeColumn } = config;
    const isPlain = (await readLayout(client, table)) === 'plain' && timeColumn !== undefined;
    const cleaned = isPlain
      ? await deleteRows(client, { ...given, table, timeColumn })
      : await dropPartitions(client, given);
    metrics.partitionsDropped.inc(cleaned.dropped.length);
    metrics.rowsDeleted.inc(cleaned.deleted);
    if (cleaned.dropped.length > 0) logger.info({ partitions: cleaned.dropped.join(' ') }, 'old partitions dropped');
    return cleaned;
  }

  /** A connection for one statement: it is needed for a moment every few minutes. */
  async #connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    const { sourceUrl: url, sourceName } = this.#parts.config;
    const client = await orStopped(signal, connectClient({ url, applicationName: `causeway-upkeep ${sourceName}` }));
    try {
      return await orStopped(signal, work(client));
    } finally {
      await client.end();
    }
  }

  /** Said once as a warning until it has gone well again. */
  #report(error: unknown): void {
    const { logger, metrics } = this.#parts;
    metrics.upkeepFailures.inc();
    const { reason } = errorFields(error);
    const fields = { code: 'OUTBOX_UPKEEP_FAILED', reason };
    if (this.#reported === reason) logger.debug(fields, 'upkeep of the outbox failed');
    else logger.warn(fields, 'upkeep of the outbox failed; publishing goes on');
    this.#reported = reason;
  }
}
