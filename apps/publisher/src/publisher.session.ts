import { randomUUID } from 'node:crypto';
import { CausewayError } from '#contracts';
import { type Logger } from '#observability';
import { ReplicationStream, formatLsn, judgeSlot, type Batch, type StoredPosition } from '#replication';
import type { ProducerRecord } from '#kafka';
import { orStopped, pauseFor } from './abort.race.ts';
import { BatchPump } from './batch.pump.ts';
import { faultPoint } from './fault.points.ts';
import { HeldSink } from './held.sink.ts';
import { KafkaSide } from './kafka.side.ts';
import { poisonReporter } from './poison.report.ts';
import type { SourceConfig } from './publisher.config.ts';
import type { PublisherMetrics } from './publisher.metrics.ts';
import type { StateBoard } from './publisher.state.ts';
import { createPreset } from './preset.factory.ts';
import { SourceSide } from './source.side.ts';

export interface SessionParts {
  readonly config: SourceConfig;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
  readonly board: StateBoard;
  readonly signal: AbortSignal;
  /** The stream runs: earlier failures do not count any more. */
  readonly onStreaming: () => void;
}

/** How often the source is looked at while the stream runs. */
const WATCH_INTERVAL_MS = 5000;

/**
 * One life of the publisher, from the first connection to the first failure, in the order that keeps the promises (DESIGN.md
 * section 7). Ends by throwing: `Stopped` when it was asked to, else what failed.
 */
export class PublisherSession {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async run(): Promise<never> {
    const { config, logger, board, signal } = this.#parts;
    board.enter('starting');
    await using source = await orStopped(signal, SourceSide.connect(config));
    await using kafka = new KafkaSide(config, logger);
    await orStopped(signal, source.check());
    await orStopped(signal, kafka.ensureOwnTopics());
    await this.#slotIsFree({ source, kafka });

    const held = new HeldSink();
    await using stream = disposable(await this.#ownSlot(held));
    faultPoint('slot owned');
    board.enter('taking over');
    await orStopped(signal, kafka.takeOver());
    faultPoint('producers fenced');
    const start = await this.#startPosition({ source, kafka, stream });

    const pump = this.#makePump({ kafka, stream, start });
    try {
      held.release(pump);
      stream.resume();
      this.#announce(start);
      return await orStopped(signal, this.#watch({ source, stream, pump }));
    } finally {
      await pump.stop();
      if (signal.aborted) faultPoint('stopping');
    }
  }

  /** Waits as a standby while the slot has a reader; creates it at the very first start. */
  async #slotIsFree({ source, kafka }: { source: SourceSide; kafka: KafkaSide }): Promise<void> {
    const { config, logger, board, signal } = this.#parts;
    for (;;) {
      const slot = await orStopped(signal, source.slot());
      if (slot === undefined) {
        const position = await orStopped(signal, kafka.readPosition());
        const server = await orStopped(signal, source.facts());
        const verdict = judgeSlot({ slot, position, server, now: new Date().toISOString() });
        if (verdict.verdict === 'stop')
          throw new CausewayError(verdict.code, { details: { slot: config.slotName, ...verdict.details } });
        logger.info({ slot: config.slotName }, 'creating the slot; waits for transactions that run now');
        await orStopped(signal, source.createSlot());
        faultPoint('slot created');
        return;
      }
      if (!slot.active) return;
      if (board.state !== 'standby')
        logger.info({ slot: config.slotName, pid: slot.activePid }, 'standby: the slot has a reader');
      board.enter('standby');
      await pauseFor(signal, config.standbyInterval);
    }
  }

  /** From here on nobody else reads the slot. The socket stays paused until the position is known. */
  async #ownSlot(sink: HeldSink): Promise<ReplicationStream> {
    const { config, signal } = this.#parts;
    const opening = ReplicationStream.open({
      url: config.sourceUrl,
      slotName: config.slotName,
      publicationName: config.publicationName,
      applicationName: `causeway-publisher ${config.sourceName}`,
      // Twice in an idle interval, so that a position is at hand when it is due.
      statusIntervalMs: Math.ceil(config.idleInterval / 2),
      startPaused: true,
      onStatus: () => faultPoint('status sent'),
      sink,
    });
    try {
      return await orStopped(signal, opening);
    } catch (error) {
      void opening.then((stream) => stream.close()).catch(() => undefined);
      throw error;
    }
  }

  /** Only now, with older producers fenced, does Kafka say for sure how far it is. */
  async #startPosition(sides: {
    source: SourceSide;
    kafka: KafkaSide;
    stream: ReplicationStream;
  }): Promise<StoredPosition> {
    const { source, kafka, stream } = sides;
    const { signal, config, logger } = this.#parts;
    // In this order: if this process was frozen and another has taken over, position and slot move on meanwhile, the position always
    // first, and the server's end of WAL before both. Read the other way round, the slot would look moved by somebody.
    const slot = await source.slot();
    const position = await orStopped(signal, kafka.readPosition());
    faultPoint('position read');
    const facts = await source.facts();
    const server = { ...facts, identity: stream.identity };
    const verdict = judgeSlot({ slot, position, server, now: new Date().toISOString() });
    if (verdict.verdict === 'resume') return verdict.position;
    if (verdict.verdict === 'stop')
      throw new CausewayError(verdict.code, { details: { slot: config.slotName, ...verdict.details } });
    if (verdict.verdict === 'create')
      throw new CausewayError('REPLICATION_BROKEN', { details: { slot: config.slotName } });
    const first = {
      generation: randomUUID(),
      lsn: verdict.lsn,
      ordinal: 0,
      ...stream.identity,
      storedAt: new Date().toISOString(),
    };
    await orStopped(signal, kafka.store([], first));
    faultPoint('first position stored');
    logger.info(
      { slot: config.slotName, position: formatLsn(first.lsn), generation: first.generation },
      'first position stored',
    );
    return first;
  }

  #makePump(sides: { kafka: KafkaSide; stream: ReplicationStream; start: StoredPosition }): BatchPump {
    const { kafka, stream, start } = sides;
    const { config, logger, metrics } = this.#parts;
    const preset = createPreset(config, {
      topics: kafka.topics,
      findTopic: (topic) => kafka.catalogue.find(topic),
      onPoison: poisonReporter({ logger, metrics }),
    });
    return new BatchPump({
      start,
      publishes: ({ relation }) => preset.publishes(relation),
      encode: (row) => preset.encode(row),
      limits: config,
      idleIntervalMs: config.idleInterval,
      stream,
      store: async (batch) => {
        const end = metrics.transactionSeconds.startTimer();
        const unplaced = new Set(
          batch.records.filter(({ partition }) => partition === undefined).map(({ topic }) => topic),
        );
        await kafka.ensureTopics(unplaced);
        faultPoint('topics ensured');
        const records = unplaced.size === 0 ? batch.records : batch.records.map((record) => preset.place(record));
        await kafka.store(records, { ...start, ...batch.position, storedAt: new Date().toISOString() });
        end();
      },
      onStored: (batch) => this.#count(batch),
    });
  }

  #count({ records, bytes, position }: Batch<ProducerRecord>): void {
    const { metrics } = this.#parts;
    metrics.positionLsn.set(Number(position.lsn));
    if (records.length === 0) return metrics.idlePositions.inc();
    metrics.rows.inc(records.length);
    metrics.bytes.inc(bytes);
    return metrics.batches.inc();
  }

  #announce({ generation, lsn, ordinal }: StoredPosition): void {
    const { board, config, logger, metrics, onStreaming } = this.#parts;
    board.enter('streaming');
    onStreaming();
    metrics.positionLsn.set(Number(lsn));
    const { sourceName: source, slotName: slot } = config;
    logger.info({ source, slot, generation, position: formatLsn(lsn), ordinal }, 'streaming');
  }

  /** Looks at the source now and then, until the stream or the pump fails. */
  async #watch(running: { source: SourceSide; stream: ReplicationStream; pump: BatchPump }): Promise<never> {
    const { source, stream, pump } = running;
    const { metrics } = this.#parts;
    const ended = Promise.race([stream.ended, pump.failed]).then((error) => ({
      error: error ?? new CausewayError('REPLICATION_BROKEN'),
    }));
    for (;;) {
      const watched = new AbortController();
      const tick = pauseFor(watched.signal, WATCH_INTERVAL_MS).catch(() => undefined);
      const failure = await Promise.race([ended, tick]);
      watched.abort();
      if (failure !== undefined) throw failure.error;
      await source.check();
      const [slot, { walEnd }] = [await source.slot(), await source.facts()];
      metrics.lagBytes.set(Math.max(0, Number(walEnd - pump.stored.lsn)));
      metrics.heldBackBytes.set(slot?.heldBackBytes ?? 0);
      metrics.pendingBytes.set(pump.pendingBytes);
      metrics.paused.set(pump.isPaused ? 1 : 0);
    }
  }
}

function disposable(stream: ReplicationStream): ReplicationStream & AsyncDisposable {
  return Object.assign(stream, { [Symbol.asyncDispose]: () => stream.close() });
}
