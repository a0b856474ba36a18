import { CausewayError, isCausewayError } from '#contracts';
import { confirmable } from './confirm.policy.ts';
import { planLiveness } from './liveness.policy.ts';
import { maxLsn, NO_LSN, type Lsn } from './lsn.ts';
import { PgoutputDecoder, type FrameSink } from './pgoutput.decoder.ts';
import { openReplication, type ReplicationConnection, type ReplicationTarget } from './replication.connection.ts';
import type { ServerIdentity } from './server.identity.ts';
import { statusUpdate } from './standby.status.ts';

export interface StreamOptions extends ReplicationTarget {
  readonly sink: FrameSink;
  /** The server is asked for its position at least this often. */
  readonly statusIntervalMs: number;
  /** Own the slot, but read nothing before `resume`; what is under way at that moment still comes. */
  readonly startPaused?: boolean;
  /** Told after each status update, which carries the confirmation: a keepalive is answered with one. */
  readonly onStatus?: () => void;
}

/** Confirmations closer together than this go out as one: each may make the server write the slot to disk. */
const CONFIRM_SPACING_MS = 50;
/** How long the server may take to end the copy stream before the socket is cut. */
const CLOSE_PATIENCE_MS = 1000;

/**
 * The one reader of a slot. Frames go to the sink in order; nothing is confirmed but by `confirm`. A timer of its own keeps
 * the link alive, whether the socket is paused or not, and gives up on a server that has gone silent.
 */
export class ReplicationStream {
  readonly #options: StreamOptions;
  readonly #decoder: PgoutputDecoder;
  #connection: ReplicationConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #confirmTimer: NodeJS.Timeout | undefined;
  #received: Lsn = NO_LSN;
  #confirmed: Lsn = NO_LSN;
  #lastHeard = 0;
  #lastConfirm = 0;
  #paused = false;
  #closed = false;
  #failure: unknown;
  #fail: (error: unknown) => void = () => undefined;
  /** Settles with what ended the stream; undefined after `close`. */
  readonly ended: Promise<unknown>;

  private constructor(options: StreamOptions) {
    this.#options = options;
    this.#decoder = new PgoutputDecoder({
      ...bindSink(options.sink),
      keepalive: (keepalive) => this.#keepalive(keepalive),
      commit: (endLsn) => {
        this.#received = maxLsn(this.#received, endLsn);
        options.sink.commit(endLsn);
      },
    });
    this.ended = new Promise((resolve) => {
      this.#fail = (error) => {
        this.#failure ??= error;
        resolve(error);
      };
    });
  }

  /**
   * Owns the slot from here on.
   * @throws what the server says; `classifyReplicationError` knows what it means.
   */
  static async open(options: StreamOptions): Promise<ReplicationStream> {
    const stream = new ReplicationStream(options);
    stream.#paused = options.startPaused ?? false;
    const connection = await openReplication(options, {
      onChunk: () => stream.#onChunk(),
      onFrame: (buffer, start, end) => stream.#onFrame(buffer, start, end),
      onBroken: (error) => stream.#onBroken(error),
      onProblem: (error) => stream.#fail(error),
    });
    stream.#connection = connection;
    if (stream.#paused) connection.copy.stream.pause();
    void connection.ended.then((error) => stream.#fail(error));
    stream.#startTimer();
    return stream;
  }

  get identity(): ServerIdentity {
    return this.#connection?.identity ?? { systemId: '', timeline: 0, history: [] };
  }

  get confirmed(): Lsn {
    return this.#confirmed;
  }

  /** Tells the server that everything before `lsn` is stored in Kafka: it forgets that for good. Never goes back. */
  confirm(lsn: Lsn): void {
    const confirmed = confirmable(this.#confirmed, lsn);
    if (confirmed === this.#confirmed) return;
    this.#confirmed = confirmed;
    this.#received = maxLsn(this.#received, confirmed);
    if (this.#confirmTimer !== undefined) return;
    const wait = Math.max(0, this.#lastConfirm + CONFIRM_SPACING_MS - Date.now());
    this.#confirmTimer = setTimeout(() => this.#sendStatus(false), wait);
  }

  pause(): void {
    this.#paused = true;
    this.#connection?.copy.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastHeard = Date.now();
    this.#connection?.copy.stream.resume();
  }

  /** Confirms what may be confirmed, leaves the copy stream and frees the slot. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#failure === undefined && !connection.copy.stream.destroyed) {
      this.#sendStatus(false);
      connection.copy.endCopyFrom();
      // The end of the stream comes behind all that the server has sent already.
      connection.copy.stream.resume();
      await Promise.race([connection.ended, patience(CLOSE_PATIENCE_MS)]);
    }
    clearTimeout(this.#confirmTimer);
    connection.copy.stream.destroy();
    await connection.end();
    this.#fail(undefined);
  }

  #onChunk(): void {
    this.#lastHeard = Date.now();
  }

  #onFrame(buffer: Buffer, start: number, end: number): void {
    if (this.#closed || this.#failure !== undefined) return;
    try {
      this.#decoder.decode(buffer, start, end);
    } catch (error) {
      // Thrown inside the socket's event it would end the process.
      this.#onBroken(error);
    }
  }

  #onBroken(error: unknown): void {
    this.#fail(
      isCausewayError(error)
        ? error
        : new CausewayError('REPLICATION_BROKEN', { details: { reason: String(error) }, cause: error }),
    );
  }

  #keepalive(keepalive: { readonly walEnd: Lsn; readonly replyRequested: boolean }): void {
    this.#received = maxLsn(this.#received, keepalive.walEnd);
    this.#options.sink.keepalive(keepalive);
    if (keepalive.replyRequested) this.#sendStatus(false);
  }

  #startTimer(): void {
    const plan = planLiveness(this.#connection?.senderTimeoutMs ?? 0, this.#options.statusIntervalMs);
    this.#lastHeard = Date.now();
    this.#timer = setInterval(() => {
      // A paused socket hears nothing, and that says nothing about the server.
      if (!this.#paused && Date.now() - this.#lastHeard > plan.deadAfterMs) {
        this.#fail(new CausewayError('POSTGRES_UNREACHABLE', { details: { silent_ms: plan.deadAfterMs } }));
      } else this.#sendStatus(true);
    }, plan.statusIntervalMs);
  }

  #sendStatus(ping: boolean): void {
    clearTimeout(this.#confirmTimer);
    this.#confirmTimer = undefined;
    this.#lastConfirm = Date.now();
    const copy = this.#connection?.copy;
    if (copy === undefined || !copy.stream.writable) return;
    copy.sendCopyFromChunk(
      statusUpdate({ received: this.#received, confirmed: this.#confirmed, ping, now: Date.now() }),
    );
    this.#options.onStatus?.();
  }
}

function bindSink(sink: FrameSink): FrameSink {
  return {
    begin: (transaction) => sink.begin(transaction),
    insert: (row) => sink.insert(row),
    commit: (endLsn) => sink.commit(endLsn),
    keepalive: (keepalive) => sink.keepalive(keepalive),
    ...(sink.message === undefined ? {} : { message: sink.message.bind(sink) }),
    ...(sink.update === undefined ? {} : { update: sink.update.bind(sink) }),
  };
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
