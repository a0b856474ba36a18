import { eventStep, mappingsByTopic, readRecord, type EventRecord, type FoldStep, type TopicMapping } from '#folding';
import type { Mapping } from '#mapping';

/** A step, or the code for which its record is none. */
export type ReadStep = { readonly step: FoldStep } | { readonly code: string };

/** Makes steps of records, as the relay does. */
export class EventReader {
  readonly #mapping: Mapping;
  readonly #topics: ReadonlyMap<string, TopicMapping>;

  constructor(mapping: Mapping, topicPrefix: string) {
    this.#mapping = mapping;
    this.#topics = mappingsByTopic([mapping], topicPrefix);
  }

  /** All that the mapping reads. */
  get topics(): string[] {
    return [...this.#topics.keys()];
  }

  read(record: EventRecord): ReadStep {
    const reading = readRecord(record, this.#mapping);
    if (reading.code !== undefined) return { code: reading.code };
    const entityType = this.#topics.get(record.topic)?.aggregateType ?? '';
    return { step: eventStep(reading.event, { record, entityType }) };
  }
}
