import { randomUUID } from 'node:crypto';
import { CausewayError } from '#contracts';
import { type Logger } from '#observability';
import {
  ReplicationStream,
  formatLsn,
  isLost,
  judgeSlot,
  stopError,
  type Batch,
  type SlotState,
  type StoredPosition,
} from '#replication';
import type { ParkedKey, ProducerRecord } from '#kafka';
import { orStopped, pauseFor } from './abort.race.ts';
import { BatchPump } from './batch.pump.ts';
import { takeOverFromConnector } from './debezium/takeover.ts';
import { faultPoint } from './fault.points.ts';
import { explainGap } from './gap.report.ts';
import { createGuard } from './guard.factory.ts';
import { Heartbeat } from './heartbeat.ts';
import { HeldSink } from './held.sink.ts';
import { HolderWatch } from './holder.watch.ts';
import { KafkaSide } from './kafka.side.ts';
import { MessageIntake } from './message.intake.ts';
import { OutboxUpkeep } from './outbox.upkeep.ts';
import { SessionContext } from './position.context.ts';
import { timePauses } from './pause.clock.ts';
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
/** How often topics are looked at, counted in looks at the source. */
const TOPICS_EVERY = 6;
const SLOT_STATES = ['reserved', 'extended', 'unreserved', 'lost', 'missing'];
/** A standby takes a silent publisher for dead, so none may be silent for long. */
const STATUS_INTERVAL_MS = 2000;

/**
 * One life of the publisher, from the first connection to the first failure, in the order that keeps the promises (DESIGN.md
 * section 7). Ends by throwing: `Stopped` when it was asked to, else what failed.
 */
export class PublisherSession {
  readonly #parts: SessionParts;
  #context: SessionContext | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async run(): Promise<never> {
    const { config, logger, board, signal } = this.#parts;
    board.enter('starting');
    await using source = await orStopped(signal, SourceSide.connect(config));
    await using kafka = await KafkaSide.open(config, logger);
    try {
      return await this.#live({ source, kafka });
    } catch (error) {
      throw await explainGap(error, { config, readPosition: () => orStopped(signal, kafka.readPosition()) });
    }
  }

  async #live({ source, kafka }: { source: SourceSide; kafka: KafkaSide }): Promise<never> {
    const { config, logger, board, signal } = this.#parts;
    const context = new SessionContext(kafka.catalogue);
    this.#context = context;
    await orStopped(signal, source.check());
    await orStopped(signal, kafka.ensureOwnTopics());
    await this.#slotIsFree({ source, kafka });
    // A standby may have waited for days.
    context.sawPublication(await orStopped(signal, source.check()), new Date());
    await orStopped(signal, takeOverFromConnector({ config, source, kafka, logger }));

    const held = new HeldSink(context.clock);
    await using stream = disposable(await this.#ownSlot(held));
    faultPoint('slot owned');
    board.enter('taking over');
    await orStopped(signal, kafka.takeOver());
    faultPoint('producers fenced');
    const start = await this.#startPosition({ source, kafka, stream });
    await orStopped(signal, context.startFrom(start));
    const parked = await orStopped(signal, kafka.readParkedKeys());

    const pump = this.#makePump({ kafka, stream, start, parked });
    const upkeep = OutboxUpkeep.start({ ...this.#parts, stored: () => pump.stored.lsn });
    try {
      held.release(pump);
      stream.resume();
      this.#announce(start);
      return await orStopped(signal, this.#watch({ source, stream, pump }));
    } finally {
      await Promise.all([pump.stop(), upkeep.stop()]);
      if (signal.aborted) faultPoint('stopping');
    }
  }

  /** Waits as a standby while the slot has a reader; creates it at the very first start. */
  async #slotIsFree({ source, kafka }: { source: SourceSide; kafka: KafkaSide }): Promise<void> {
    const { config, logger, board, signal } = this.#parts;
    const holders = new HolderWatch(config.holderTimeout);
    for (;;) {
      const slot = await orStopped(signal, source.slot());
      // One that was given up cannot be opened: only here can be said what may be missing.
      if (slot === undefined || (isLost(slot) && !slot.active)) {
        const position = await orStopped(signal, kafka.readPosition());
        const server = await orStopped(signal, source.facts());
        const verdict = judgeSlot({ slot, position, server, now: new Date().toISOString() });
        if (verdict.verdict === 'stop') throw stopError(verdict, { source: config.sourceName, slot: config.slotName });
        logger.info({ slot: config.slotName }, 'creating the slot; waits for transactions that run now');
        await orStopped(signal, source.createSlot());
        faultPoint('slot created');
        return;
      }
      if (!slot.active) return;
      if (board.state !== 'standby')
        logger.info({ slot: config.slotName, pid: slot.activePid }, 'standby: the slot has a reader');
      board.enter('standby');
      await orStopped(signal, this.#takeFromDead(source, { slot, holders }));
      await pauseFor(signal, config.standbyInterval);
    }
  }

  /** Frees the slot of another publisher that is gone without a word. */
  async #takeFromDead(source: SourceSide, seen: { slot: SlotState; holders: HolderWatch }): Promise<void> {
    const { activePid: pid } = seen.slot;
    const holder = pid === null ? null : await source.holder(pid);
    if (pid === null || holder === null || !seen.holders.isDead(holder, performance.now())) return;
    const { logger, config } = this.#parts;
    logger.warn({ slot: config.slotName, pid }, 'the publisher that reads the slot is silent: its connection is ended');
    await source.release(pid);
  }

  /** From here on nobody else reads the slot. The socket stays paused until the position is known. */
  async #ownSlot(sink: HeldSink): Promise<ReplicationStream> {
    const { config, signal } = this.#parts;
    const opening = ReplicationStream.open({
      url: config.sourceUrl,
      slotName: config.slotName,
      publicationName: config.publicationName,
      applicationName: `causeway-publisher ${config.sourceName}`,
      // At least twice in an idle interval, so that a position is at hand when it is due.
      statusIntervalMs: Math.min(STATUS_INTERVAL_MS, Math.ceil(config.idleInterval / 2)),
      startPaused: true,
      messages: config.messagePrefix !== undefined || config.heartbeatInterval > 0,
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
    const publication = this.#context?.publicationId;
    const verdict = judgeSlot({ slot, position, server, publication, now: new Date().toISOString() });
    for (const problem of await source.failoverProblems(slot))
      logger.warn({ slot: config.slotName, problem }, 'a failover may lose or repeat events');
    if (verdict.verdict === 'resume') return verdict.position;
    if (verdict.verdict === 'stop') throw stopError(verdict, { source: config.sourceName, slot: config.slotName });
    if (verdict.verdict === 'create')
      throw new CausewayError('REPLICATION_BROKEN', { details: { slot: config.slotName } });
    const { systemId, timeline } = stream.identity;
    const first = {
      generation: randomUUID(),
      lsn: verdict.lsn,
      ordinal: 0,
      systemId,
      timeline,
      ...this.#context?.at(verdict.lsn),
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

  #makePump(sides: {
    kafka: KafkaSide;
    stream: ReplicationStream;
    start: StoredPosition;
    parked: readonly ParkedKey[];
  }): BatchPump {
    const { kafka, stream, start, parked } = sides;
    const { config, logger, metrics } = this.#parts;
    const onPoison = poisonReporter({ logger, metrics });
    const preset = createPreset(config, {
      topics: kafka.topics,
      findTopic: (topic) => kafka.catalogue.find(topic),
      onPoison,
      logger,
    });
    const guard = createGuard(config, { kafka, logger, metrics, onPoison, parked });
    return new BatchPump({
      start,
      publishes: ({ relation }) => preset.publishes(relation),
      encode: (row) => preset.encode(row),
      messages: new MessageIntake({ prefix: config.messagePrefix, preset, logger, metrics }),
      onUpdate: (change) => preset.update?.(change),
      limits: config,
      idleIntervalMs: config.idleInterval,
      restMs: () => kafka.restMs,
      stream: timePauses(stream, { onPaused: (seconds) => metrics.pauseSeconds.inc(seconds) }),
      store: async (batch) => {
        const end = metrics.transactionSeconds.startTimer();
        const unplaced = new Set(
          batch.records.filter(({ partition }) => partition === undefined).map(({ topic }) => topic),
        );
        await kafka.ensureTopics(unplaced);
        faultPoint('topics ensured');
        const records = unplaced.size === 0 ? batch.records : batch.records.map((record) => preset.place(record));
        const known = this.#context?.at(batch.position.lsn);
        await kafka.store(guard(records), {
          ...start,
          ...batch.position,
          ...known,
          storedAt: new Date().toISOString(),
        });
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
    logger.info({ slot: config.slotName, generation, position: formatLsn(lsn), ordinal }, 'streaming');
  }

  /** Looks at the source now and then, until the stream or the pump fails. */
  async #watch(running: { source: SourceSide; stream: ReplicationStream; pump: BatchPump }): Promise<never> {
    const { source, stream, pump } = running;
    const { metrics, config, logger } = this.#parts;
    const heartbeat = new Heartbeat({ source, intervalMs: config.heartbeatInterval, metrics, logger });
    const ended = Promise.race([stream.ended, pump.failed]).then((error) => ({
      error: error ?? new CausewayError('REPLICATION_BROKEN'),
    }));
    for (let look = 1; ; look += 1) {
      const watched = new AbortController();
      const tick = pauseFor(watched.signal, Math.min(WATCH_INTERVAL_MS, heartbeat.dueInMs())).catch(() => undefined);
      const failure = await Promise.race([ended, tick]);
      watched.abort();
      if (failure !== undefined) throw failure.error;
      const askedAt = new Date();
      this.#context?.sawPublication(await source.check(), askedAt);
      await heartbeat.beatWhenDue();
      const topics = look % TOPICS_EVERY === 0 ? this.#context?.verifyTopics() : undefined;
      const meanwhile = await Promise.race([ended, topics]);
      if (meanwhile !== undefined) throw meanwhile.error;
      metrics.lagSeconds.set(this.#context?.clock.lagSeconds(Date.now()) ?? 0);
      const [slot, { walEnd }] = [await source.slot(), await source.facts()];
      metrics.lagBytes.set(Math.max(0, Number(walEnd - pump.stored.lsn)));
      metrics.heldBackBytes.set(slot?.heldBackBytes ?? 0);
      metrics.safeWalBytes.set(slot?.safeWalBytes ?? -1);
      for (const known of SLOT_STATES)
        metrics.slotState.set({ state: known }, known === (slot?.walStatus ?? 'missing') ? 1 : 0);
      metrics.pendingBytes.set(pump.pendingBytes);
      metrics.paused.set(pump.isPaused ? 1 : 0);
    }
  }
}

function disposable(stream: ReplicationStream): ReplicationStream & AsyncDisposable {
  return Object.assign(stream, { [Symbol.asyncDispose]: () => stream.close() });
}
