import { CausewayError, isCausewayError } from '#contracts';
import type { TopicCatalogue } from '#kafka';
import { CommitClock, publicationChange, type PositionContext, type StoredPosition } from '#replication';

/** What is stored beside each position of a session, so that the next one can tell what has changed meanwhile. */
export class SessionContext {
  readonly clock = new CommitClock();
  readonly #catalogue: Pick<TopicCatalogue, 'partitions' | 'verify'>;
  #publication: PositionContext['publication'];

  constructor(catalogue: Pick<TopicCatalogue, 'partitions' | 'verify'>) {
    this.#catalogue = catalogue;
  }

  /** The publication's identity, as it was found at this moment. @throws CausewayError `PUBLICATION_CHANGED` */
  sawPublication(id: string, now: Date): void {
    const before = this.#publication?.id ?? id;
    if (before !== id)
      throw new CausewayError('PUBLICATION_CHANGED', { details: { change: publicationChange(before, id) } });
    this.#publication = { id, seenAt: now.toISOString() };
  }

  get publicationId(): string | undefined {
    return this.#publication?.id;
  }

  /** Goes on from a position. @throws CausewayError `TOPIC_MISSING` or `TOPIC_PARTITIONS_CHANGED` */
  async startFrom(position: StoredPosition): Promise<void> {
    this.clock.restore(position.committedAt);
    await this.#catalogue.verify(position.topics ?? {});
  }

  /**
   * Topics may be changed while the stream runs; size limits that have changed count from now on. A Kafka that does not answer is
   * the producer's matter.
   * @throws CausewayError `TOPIC_MISSING` or `TOPIC_PARTITIONS_CHANGED`
   */
  async verifyTopics(): Promise<void> {
    try {
      await this.#catalogue.verify(this.#catalogue.partitions);
    } catch (error) {
      if (!isCausewayError(error, 'KAFKA_UNREACHABLE')) throw error;
    }
  }

  /** For a position that is about to be stored. */
  at(lsn: bigint): PositionContext {
    this.clock.stored(lsn);
    return { committedAt: this.clock.committedAt, publication: this.#publication, topics: this.#catalogue.partitions };
  }
}
