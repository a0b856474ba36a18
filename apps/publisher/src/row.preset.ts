import type { TopicNames } from '#contracts';
import type { ProducerRecord, TopicState } from '#kafka';
import type { Relation, Row, RowUpdate } from '#replication';
import type { Poison } from './dead.letter.ts';

/** What a preset needs of Kafka's side. */
export interface PresetParts {
  readonly topics: TopicNames;
  readonly findTopic: (topic: string) => TopicState | undefined;
  /** Told of each row that cannot be produced as it is; its record goes to the dead letters. */
  readonly onPoison: (poison: Poison) => void;
}

/** A record and the most bytes it can take in Kafka. */
export type EncodedRecord = ProducerRecord & { readonly bytes: number };

/** How rows of one table layout become records: the port between the stream and Kafka. */
export interface RowPreset {
  /** False for a row of another table that the publication holds as well: it counts for nobody. */
  publishes(relation: Relation): boolean;
  encode(row: Row): EncodedRecord;
  /** A logical message with the source's prefix, where the preset takes them. */
  encodeMessage?(content: Buffer): EncodedRecord;
  /**
   * What an update of the table does: the row that it publishes, if any.
   * @throws CausewayError when the source declares that it stops the publisher
   */
  update?(change: RowUpdate): Row | undefined;
  /** Looks again at a record whose topic was not known when it was encoded. */
  place(record: ProducerRecord): ProducerRecord;
}
