import type { Transaction } from 'kysely';
import type { CausewayEvent, EncodedEvent } from '#contracts';
import type { Fault } from './poison.error.ts';

/** Applies events in the transaction given. Events come in order; all of them are new to the consumer. */
export type BatchHandler<DB> = (trx: Transaction<DB>, events: readonly CausewayEvent[]) => Promise<unknown>;

/** A record of Kafka as the inbox needs it. */
export interface InboxRecord extends EncodedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** An event that was set aside now. */
export interface SetAside extends Fault {
  /** The event's id; of a record that cannot be read its place in Kafka. */
  readonly sourceKey: string;
}

export interface BatchReport {
  readonly applied: number;
  /** Applied before, or twice in the batch. */
  readonly repeated: number;
  readonly setAside: readonly SetAside[];
}
