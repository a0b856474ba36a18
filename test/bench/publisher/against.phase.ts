import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.ts';
import { outboxConnector, startDebeziumWorker } from '../../compat/debezium.worker.ts';
import { readAppended } from './append.times.ts';
import { LAYOUTS, ROUTER_OPTIONS, TOPIC_NAME } from './bench.layout.ts';
import type { RunOptions } from './bench.run.ts';
import { createBenchTopic } from './bench.topics.ts';
import type { Drained } from './drain.phase.ts';
import { usageOf } from './process.usage.ts';
import { TopicReader } from './topic.reader.ts';

const PARTITIONS = 6;
const PATIENCE_MS = 15 * 60_000;

export interface AgainstOptions extends Omit<RunOptions, 'producer'> {
  /** A slot that nobody reads, before the rows. */
  readonly template: string;
  readonly rows: number;
  readonly onProgress: (done: number) => void;
}

/**
 * The same backlog, taken into Kafka by Debezium on a standalone Kafka Connect worker with large queues and batches, at least once as it
 * comes. Its processor time counts from the start of the process: the virtual machine warms up while it works.
 */
export async function measureDebezium(options: AgainstOptions): Promise<Drained> {
  const { source, brokers, cleanup, template, rows, onProgress } = options;
  const slot = await source.copyOf(template);
  const topic = await createBenchTopic(brokers, { name: TOPIC_NAME, partitions: PARTITIONS });
  const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
  const { publication, table } = LAYOUTS.two;
  const connector = outboxConnector({
    name: 'bench',
    postgresUrl: source.url,
    slot,
    publication,
    table,
    topicPrefix: topic.prefix,
    partitions: PARTITIONS,
    router: ROUTER_OPTIONS,
    isTuned: true,
  });
  const worker = await startDebeziumWorker({ folder, brokers, connectors: [connector], isTuned: true });
  const reader = new TopicReader(brokers, topic.topic);
  const end = cleanup.add(async () => {
    await worker.kill();
    await reader[Symbol.asyncDispose]();
    await source.drop(slot);
    await topic.drop();
    await rm(folder, { recursive: true, force: true });
  });
  try {
    let used = usageOf(worker.pid);
    const look = async (): Promise<true | null> => {
      const ends = await reader.ends({ stable: false });
      const stored = Number(ends.reduce((sum, offset) => sum + offset, 0n));
      used = usageOf(worker.pid);
      onProgress(stored);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return stored >= rows ? true : null;
    };
    await until(`${rows} rows of Debezium in Kafka`, look, PATIENCE_MS);
    const appended = await readAppended(reader);
    if (appended.distinct !== rows) throw new Error(`Kafka holds ${appended.distinct} different rows of ${rows}`);
    return { rowsPerSecond: appended.rowsPerSecond, peakRssMb: used.peakRssMb, cpuSeconds: used.cpuSeconds };
  } finally {
    await end();
  }
}
