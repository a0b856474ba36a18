import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { setTimeout as wait } from 'node:timers/promises';
import { errorFields, type Logger } from '#observability';
import { BatchContext, type RecordBatch } from './record.batch.ts';
import { retryDelay } from './retry.policy.ts';

export interface BatchStrategyOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** Pattern of a handler's `@EventPattern` -> the topics it is given. Topics are configuration, patterns are code. */
  readonly subscriptions: Readonly<Record<string, readonly string[]>>;
  readonly logger: Logger;
  /** Partitions that are worked on at the same time. */
  readonly concurrency?: number;
  /** Told after each batch and failure: for metrics and readiness. */
  readonly onBatch?: (batch: RecordBatch, seconds: number) => void;
  readonly onState?: (state: 'running' | 'paused' | 'stopped' | 'failing', reason: string) => void;
}

/**
 * How long the broker holds a fetch that finds nothing. Records end it at once; but a stop, a rebalance and a partition that
 * shall flow again wait for its end, five seconds by kafkajs's default.
 */
const FETCH_WAIT_MS = 500;
/** A consumer that kafkajs has given up is started again after this time. */
const AGAIN_MS = 1000;
/** So often a failing batch is handled again at once (about three seconds); then its partition rests, so that others flow. */
const QUICK_TRIES = 5;

/**
 * Nest transport for Kafka that hands whole poll batches to `@EventPattern` handlers and commits their offsets only
 * after the handler is done. A batch whose handler fails comes again, with growing pauses, for ever: the handler decides
 * itself what to set aside, so a failure here means that Postgres or the process is in trouble.
 */
export class BatchStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: BatchStrategyOptions;
  readonly #consumer: Consumer;
  readonly #stopping = new AbortController();
  /** Why nothing is fetched; null while batches flow. */
  #paused: string | null = null;
  /** Failures in a row, by topic and partition. */
  readonly #failures = new Map<string, number>();

  constructor(options: BatchStrategyOptions) {
    super();
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: 10_000,
      heartbeatInterval: 3000,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: {
        retries: 1000,
        initialRetryTime: 100,
        maxRetryTime: 5000,
        restartOnFailure: () => Promise.resolve(true),
      },
    });
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({
        topics: Object.values(this.#options.subscriptions).flat(),
        fromBeginning: true,
      });
      this.#consumer.on('consumer.group_join', () => {
        // A consumer that kafkajs has started anew knows nothing of a pause.
        if (this.#paused === null) this.#options.onState?.('running', 'joined the group');
        else this.#hold(this.#paused);
      });
      this.#consumer.on('consumer.crash', ({ payload }) => {
        this.#options.onState?.('failing', errorFields(payload.error).reason);
        if (!payload.restart) void this.#runAgain();
      });
      await this.#run();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async #run(): Promise<void> {
    await this.#consumer.run({
      // What is resolved is done: batches when their handler is, and what holds no record for us (an aborted transaction).
      autoCommit: true,
      autoCommitThreshold: 1,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#options.concurrency ?? 3,
      eachBatch: (payload) => this.#work(payload),
    });
  }

  /** After an error that kafkajs takes for final it would never consume again, while the process lives. */
  async #runAgain(): Promise<void> {
    const { signal } = this.#stopping;
    await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await this.#run();
    } catch (error) {
      this.#options.logger.error(errorFields(error), 'the consumer could not be started again');
      void this.#runAgain();
    }
  }

  /**
   * Fetches nothing more, for as long as it takes: the member stays in the group with its partitions, and batches under way are finished.
   * May be called at any time, and again with another reason.
   */
  pause(reason: string): void {
    this.#paused = reason;
    this.#hold(reason);
  }

  resume(): void {
    if (this.#paused === null) return;
    this.#paused = null;
    this.#consumer.resume(this.#topics());
    this.#options.onState?.('running', 'fetches again');
  }

  #hold(reason: string): void {
    try {
      this.#consumer.pause(this.#topics());
      this.#options.onState?.('paused', reason);
    } catch {
      // The consumer does not run yet, or no more: it is held once it has joined.
    }
  }

  #topics(): { topic: string }[] {
    return Object.values(this.#options.subscriptions)
      .flat()
      .map((topic) => ({ topic }));
  }

  /** Finishes the batches that are being worked on, then leaves the group. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#consumer.disconnect();
    this.#options.onState?.('stopped', 'stopped');
  }

  on(): never {
    throw new Error('the batch strategy has no events to listen to');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's base class declares it so
  unwrap<T>(): T {
    return this.#consumer as T;
  }

  async #work(payload: EachBatchPayload): Promise<void> {
    const batch = toRecordBatch(payload);
    const { topic, partition, records } = batch;
    if (records.length === 0) return;
    const started = performance.now();
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), 3000);
    try {
      if (!(await this.#handleUntilDone(batch, payload))) return;
    } finally {
      clearInterval(beat);
    }
    // Offsets name the next record to read; control records of transactions may lie behind the last one. Committed before it is
    // resolved: when the commit fails the batch comes again. Not by the consumer's own call, which does nothing while it
    // stops and repeats itself through a rebalance, which it so holds up.
    const last = payload.batch.lastOffset();
    const offset = (BigInt(last) + 1n).toString();
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    payload.resolveOffset(last);
    this.#options.onBatch?.(batch, (performance.now() - started) / 1000);
  }

  /** False when the batch shall come again, or is not ours any more: the process stops, or a rebalance took the partition. */
  async #handleUntilDone(batch: RecordBatch, payload: EachBatchPayload): Promise<boolean> {
    const place = `${batch.topic}/${batch.partition}`;
    while (payload.isRunning() && !payload.isStale() && !this.#stopping.signal.aborted) {
      try {
        await this.#handle(batch);
        this.#failures.delete(place);
        return true;
      } catch (error) {
        const failures = this.#failures.get(place) ?? 0;
        this.#failures.set(place, failures + 1);
        const delayMs = retryDelay(failures);
        this.#tell(batch, { error, delayMs });
        if (failures >= QUICK_TRIES) {
          this.#rest(payload, delayMs);
          return false;
        }
        await wait(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  /** Leaves the partition alone for a while. What was not resolved is fetched again then. */
  #rest(payload: EachBatchPayload, delayMs: number): void {
    const resume = payload.pause();
    const { signal } = this.#stopping;
    // While everything is paused, the end of that pause brings this partition back as well.
    const again = (): void => (this.#paused === null ? resume() : undefined);
    void wait(delayMs, undefined, { signal }).then(again, () => undefined);
  }

  #tell({ topic, partition }: RecordBatch, { error, delayMs }: { error: unknown; delayMs: number }): void {
    const fields = errorFields(error);
    this.#options.logger.error({ topic, partition, delayMs, ...fields }, 'a batch failed and is tried again');
    this.#options.onState?.('failing', fields.reason);
  }

  async #handle(batch: RecordBatch): Promise<void> {
    const handler = this.getHandlerByPattern(this.#patternOf(batch.topic));
    if (handler === null) throw new Error(`no handler for topic ${batch.topic}`);
    const result = this.transformToObservable(await handler(batch, new BatchContext([batch])));
    await lastValueFrom(result, { defaultValue: undefined });
    if (this.#paused === null) this.#options.onState?.('running', 'batches flow');
  }

  #patternOf(topic: string): string {
    const found = Object.entries(this.#options.subscriptions).find(([, topics]) => topics.includes(topic));
    return found?.[0] ?? topic;
  }
}

function toRecordBatch({ batch }: EachBatchPayload): RecordBatch {
  const { topic, partition } = batch;
  const records = batch.messages.map((message) => ({
    topic,
    partition,
    offset: message.offset,
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headers ?? {},
  }));
  return { topic, partition, records };
}
