import { EVENT_HEADERS, headerText, isCausewayError } from '#contracts';
import type { EventRecord } from '#folding';
import { partitionOf, RecordReader, type KafkaConnection, type PartitionRange } from '#kafka';
import type { EventSource, Place, SourcePart, SourceQuery } from './event.source.ts';

type Range = PartitionRange & { readonly whole: boolean };

const CLIENT_ID = 'causeway-replay';

/** Past events as Kafka holds them, read by offset, without a consumer group. One user at a time. */
export class KafkaSource implements EventSource, AsyncDisposable {
  readonly #reader: RecordReader;

  constructor(connection: KafkaConnection) {
    this.#reader = new RecordReader({ ...connection, clientId: CLIENT_ID });
  }

  /** One part for each partition, of all topics together: those of one product have the same number of them. */
  async parts({ topics, keys, ...time }: SourceQuery): Promise<SourcePart[]> {
    const found: Range[] = [];
    const missing: unknown[] = [];
    for (const topic of topics) {
      try {
        const ranges = await this.#reader.ranges(topic, time);
        const wanted =
          keys === undefined ? null : new Set(keys.map((key) => partitionOf(Buffer.from(key), ranges.length)));
        found.push(...ranges.filter(({ partition }) => wanted === null || wanted.has(partition)));
      } catch (error) {
        if (!isCausewayError(error, 'TOPIC_MISSING')) throw error;
        missing.push(error);
      }
    }
    // A product need not have told all that a pack would read.
    if (missing.length > 0 && missing.length === topics.length) throw missing[0];
    const isWhole = time.from === undefined && time.to === undefined;
    return [...Map.groupBy(found, ({ partition }) => partition)]
      .toSorted(([a], [b]) => a - b)
      .map(([partition, ranges]) => ({
        name: `partition ${partition}`,
        whole: isWhole && ranges.every(({ whole }) => whole),
        records: ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0),
        read: () => this.#read(ranges),
      }));
  }

  async find(places: readonly Place[], topics: readonly string[]): Promise<Map<string, EventRecord>> {
    const found = new Map<string, EventRecord>();
    const byPartition = Map.groupBy(places, ({ at }) => (at === null ? '' : `${at.partition} ${at.topic}`));
    for (const [name, own] of byPartition) {
      const at = own[0]?.at ?? null;
      if (name === '' || at === null) continue;
      const offsets = own.flatMap((place) => (place.at === null ? [] : BigInt(place.at.offset)));
      for (const record of await this.#at(at, offsets)) found.set(idOf(record), record);
    }
    await this.#search(byPartition.get('') ?? [], { topics, found });
    const wanted = new Set(places.map(({ eventId }) => eventId));
    return new Map([...found].filter(([id]) => wanted.has(id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }

  async *#read(ranges: readonly Range[]): AsyncGenerator<readonly EventRecord[]> {
    for (const range of ranges) yield* this.#reader.read(range);
  }

  /** Nothing where the topic has been deleted. */
  async #at(at: { readonly topic: string; readonly partition: number }, offsets: bigint[]): Promise<EventRecord[]> {
    try {
      return await this.#reader.at(at, offsets);
    } catch (error) {
      if (!isCausewayError(error, 'TOPIC_MISSING')) throw error;
      return [];
    }
  }

  /** Events that were folded before their places were written down: between the first and the last of their times. */
  async #search(
    places: readonly Place[],
    { topics, found }: { topics: readonly string[]; found: Map<string, EventRecord> },
  ): Promise<void> {
    if (places.length === 0) return;
    const times = places.map(({ producedAt }) => producedAt);
    const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b)) + 1];
    const wanted = new Set(places.map(({ eventId }) => eventId));
    const keys = [...new Set(places.map(({ key }) => key))];
    for (const part of await this.parts({ topics, keys, from, to })) {
      for await (const records of part.read()) {
        for (const record of records) if (wanted.has(idOf(record))) found.set(idOf(record), record);
      }
    }
  }
}

function idOf({ headers }: EventRecord): string {
  return headerText(headers, EVENT_HEADERS.id) ?? '';
}
