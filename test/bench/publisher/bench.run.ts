import type { ProducerClient } from '#kafka';
import { appProgram } from '#system';
import { until } from '../../support/until.ts';
import { SOURCE_NAME, TOPIC_NAME } from './bench.layout.ts';
import type { BenchSource } from './bench.source.ts';
import { createBenchTopic } from './bench.topics.ts';
import type { Cleanup } from './cleanup.ts';
import { TopicReader } from './topic.reader.ts';
import { WatchedProcess } from './watched.process.ts';

export interface RunOptions {
  readonly brokers: readonly string[];
  readonly source: BenchSource;
  readonly producer: ProducerClient;
  readonly cleanup: Cleanup;
  /** Node's flags and variables beside those that a publisher needs. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const PARTITIONS = 6;
const LOOK_EVERY_MS = 100;
/** A publisher that stores nothing for so long while rows wait has stopped for good. */
const STALLED_MS = 60_000;

/** One publisher as operators run it, on a topic and a slot of its own. */
export class BenchRun implements AsyncDisposable {
  readonly publisher: WatchedProcess;
  readonly reader: TopicReader;
  readonly #end: () => Promise<void>;

  private constructor(parts: { publisher: WatchedProcess; reader: TopicReader; end: () => Promise<void> }) {
    this.publisher = parts.publisher;
    this.reader = parts.reader;
    this.#end = parts.end;
  }

  /** Starts it on a copy of the slot, or on a slot that is made now, and waits until rows flow. */
  static async start(options: RunOptions, template?: string): Promise<BenchRun> {
    const { brokers, source, producer, cleanup } = options;
    const slot = template === undefined ? await source.slot() : await source.copyOf(template);
    const topic = await createBenchTopic(brokers, { name: TOPIC_NAME, partitions: PARTITIONS });
    const publisher = new WatchedProcess({
      program: appProgram('publisher'),
      flags: ['--disable-warning=TimeoutNegativeWarning', ...(options.flags ?? []), ...publisherFlags()],
      env: {
        CAUSEWAY_SOURCE_NAME: SOURCE_NAME,
        CAUSEWAY_SOURCE_URL: source.url,
        CAUSEWAY_SLOT: slot,
        CAUSEWAY_PUBLICATION: source.layout.publication,
        ...source.layout.env,
        CAUSEWAY_KAFKA_BROKERS: brokers.join(','),
        CAUSEWAY_TOPIC_PREFIX: topic.prefix,
        CAUSEWAY_PRODUCER: producer,
        CAUSEWAY_EXIT_WITH_PARENT: 'true',
        ...options.env,
      },
    });
    const reader = new TopicReader(brokers, topic.topic);
    const end = cleanup.add(async () => {
      await publisher[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await source.drop(slot);
      await topic.drop();
    });
    const run = new BenchRun({ publisher, reader, end });
    try {
      await publisher.said('streaming');
      return run;
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Rows that it has stored in Kafka, by its own count. */
  async stored(): Promise<number> {
    const { url } = await this.publisher.said('listening');
    const text = await (await fetch(`${String(url)}/metrics`)).text();
    return Number(/^causeway_publisher_rows_total(?:\{.*\})? (.*)$/m.exec(text)?.[1] ?? 0);
  }

  async untilStored(rows: number, onProgress: (stored: number) => void): Promise<void> {
    let [before, since] = [-1, Date.now()];
    const look = async (): Promise<true | null> => {
      const stored = await this.stored();
      if (stored !== before) [before, since] = [stored, Date.now()];
      else if (Date.now() - since > STALLED_MS)
        throw new Error(`the publisher stands still at ${stored} of ${rows} rows`);
      onProgress(stored);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      return stored >= rows ? true : null;
    };
    await until(`${rows} rows in Kafka`, look, 30 * 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

/** Flags for a look inside, such as `--cpu-prof`. */
function publisherFlags(): string[] {
  return process.env['BENCH_PUBLISHER_FLAGS']?.split(' ').filter((flag) => flag !== '') ?? [];
}
