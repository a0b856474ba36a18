import type { EventRecord } from '#folding';

/** A time by when records reached Kafka, in milliseconds since the epoch. */
export interface Time {
  readonly from?: number;
  /** Not included. */
  readonly to?: number;
}

/** Something that can be read by itself: all events of a key stand in one part, those of one topic in their order. */
export interface SourcePart {
  readonly name: string;
  /** It begins with the very first event that there was: nothing of it has been dropped, and no time was asked for. */
  readonly whole: boolean;
  /** At most so many records; some of them may be of no interest. */
  readonly records: number;
  read(): AsyncIterable<readonly EventRecord[]>;
}

/** Where one event stands. */
export interface Place {
  readonly eventId: string;
  readonly key: string;
  /** Null where that was not written down: it is looked for by its time. */
  readonly at: { readonly topic: string; readonly partition: number; readonly offset: string } | null;
  /** When its record reached Kafka, in milliseconds since the epoch. */
  readonly producedAt: number;
}

/** What is read of topics. */
export interface SourceQuery extends Time {
  readonly topics: readonly string[];
  /** Only parts that hold events of these partition keys. */
  readonly keys?: readonly string[];
}

/** Where past events are read again: Kafka, or what the outbox has kept. No consumer notices. */
export interface EventSource {
  /** @throws CausewayError when it cannot be reached, or holds none of the topics. */
  parts(query: SourceQuery): Promise<readonly SourcePart[]>;
  /** The records of these events, by event id; those that are gone are absent. `topics`: where to look for what has no place. */
  find(places: readonly Place[], topics: readonly string[]): Promise<ReadonlyMap<string, EventRecord>>;
}
