import type { CommitClock, FrameSink, LogicalMessage } from '#replication';

/**
 * Keeps what the stream says between owning the slot and knowing the position: only what was under way when the socket was
 * paused, so it stays small.
 */
export class HeldSink implements FrameSink {
  #held: ((sink: FrameSink) => void)[] = [];
  #sink: FrameSink | undefined;
  readonly #clock: Pick<CommitClock, 'begin'>;

  /** @param clock hears of every transaction that begins */
  constructor(clock: Pick<CommitClock, 'begin'>) {
    this.#clock = clock;
  }

  /** Passes on what was kept, and from now on everything. */
  release(sink: FrameSink): void {
    this.#sink = sink;
    for (const call of this.#held.splice(0)) call(sink);
  }

  begin(transaction: Parameters<FrameSink['begin']>[0]): void {
    this.#clock.begin(transaction);
    if (this.#sink === undefined) this.#held.push((sink) => sink.begin(transaction));
    else this.#sink.begin(transaction);
  }

  insert(row: Parameters<FrameSink['insert']>[0]): void {
    if (this.#sink === undefined) this.#held.push((sink) => sink.insert(row));
    else this.#sink.insert(row);
  }

  update(change: Parameters<NonNullable<FrameSink['update']>>[0]): void {
    if (this.#sink === undefined) this.#held.push((sink) => sink.update?.(change));
    else this.#sink.update?.(change);
  }

  commit(endLsn: Parameters<FrameSink['commit']>[0]): void {
    if (this.#sink === undefined) this.#held.push((sink) => sink.commit(endLsn));
    else this.#sink.commit(endLsn);
  }

  message(message: LogicalMessage): void {
    if (this.#sink === undefined) this.#held.push((sink) => sink.message?.(message));
    else this.#sink.message?.(message);
  }

  keepalive(keepalive: Parameters<FrameSink['keepalive']>[0]): void {
    if (this.#sink === undefined) this.#held.push((sink) => sink.keepalive(keepalive));
    else this.#sink.keepalive(keepalive);
  }
}
