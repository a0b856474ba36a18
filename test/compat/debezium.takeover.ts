import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClient, createScratchDatabase } from '#postgres';
import { until } from '../support/until.ts';
import type { CaseResult, GroupOptions } from './case.group.ts';
import { outboxConnector, startDebeziumWorker, type DebeziumWorker } from './debezium.worker.ts';
import { OurPublisher } from './our.publisher.ts';
import { findFlaws } from './takeover.checker.ts';
import { TakeoverSource } from './takeover.source.ts';
import { TopicRecords, type TopicRecord } from './topic.records.ts';

type Common = Omit<GroupOptions, 'cases'>;

export interface Takeover {
  readonly name: string;
  run(options: Common): Promise<CaseResult>;
}

const PARTITIONS = 3;
/** Of each of the writers' legs: before the switch, after it, and after the way back. */
const LEG = 6000;
const PATIENCE_MS = 300_000;

/** Rows are written all the time; the connector's offsets lie far behind what it has produced. */
async function takeOver(
  name: string,
  options: Common & { readonly how: 'stop' | 'kill' | 'back' },
): Promise<CaseResult> {
  const { stack, how, progress, signal } = options;
  progress(`taking over: ${name}`);
  await using resources = new AsyncDisposableStack();
  const database = await createScratchDatabase({ adminUrl: stack.postgresUrl, prefix: 'takeover' });
  resources.defer(() => database.drop());
  const client = await connectClient({ url: database.url, applicationName: 'causeway-compat' });
  resources.defer(() => client.end());
  const prefix = `${database.name}.`;
  const records = resources.use(new TopicRecords(stack.kafkaBrokers));
  resources.defer(() => records.deleteTopics(prefix));
  const source = resources.use(await TakeoverSource.prepare({ client, slot: database.name }));
  const folder = await mkdtemp(join(tmpdir(), 'causeway-takeover-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));

  const events = async (): Promise<TopicRecord[] | null> =>
    (await records.read(prefix))?.filter(({ topic }) => !topic.startsWith('causeway.')) ?? null;
  const atLeast = async (count: number): Promise<TopicRecord[]> =>
    until(
      `${count} events`,
      async () => {
        signal.throwIfAborted();
        const read = await events();
        return read !== null && read.length >= count ? read : null;
      },
      PATIENCE_MS,
    );
  const theirs = (connector: string): Promise<DebeziumWorker> =>
    startDebeziumWorker({
      folder: join(folder, connector),
      brokers: stack.kafkaBrokers,
      worker: { 'offset.flush.interval.ms': '60000' },
      connectors: [
        outboxConnector({
          name: connector,
          postgresUrl: database.url,
          slot: source.slot,
          publication: source.publication,
          table: source.table,
          topicPrefix: prefix,
          partitions: PARTITIONS,
        }),
      ],
    });
  const ours = (): OurPublisher =>
    new OurPublisher({
      postgresUrl: database.url,
      brokers: stack.kafkaBrokers,
      slot: source.slot,
      publication: source.publication,
      table: source.table,
      topicPrefix: prefix,
      partitions: PARTITIONS,
      options: {},
    });

  const worker = resources.use(await theirs('before'));
  await source.isRead();
  let writing = source.write(LEG);
  // In the middle of its work, so that rows are under way.
  await atLeast(how === 'kill' ? LEG / 3 : 1);
  await (how === 'kill' ? worker.kill() : worker.stop());
  await writing;
  let taken = { rows: 0, missing: 0 };
  {
    await using publisher = ours();
    writing = source.write(LEG);
    await writing;
    await atLeast(source.written);
    taken = publisher.takenOver ?? taken;
    if (publisher.stopped() !== undefined) throw new Error(`ours stopped: ${publisher.stopped()}`);
  }
  if (how === 'back') {
    await source.write(LEG / 2);
    const again = resources.use(await theirs('after'));
    await source.isRead();
    await source.write(LEG / 2);
    await atLeast(source.written);
    await again.stop();
  }
  const found = await until('the end of all transactions', events, PATIENCE_MS);
  const flaws = findFlaws(found, source.written);
  // Without it the slot alone would have been enough, and nothing is shown.
  if (how === 'kill' && taken.rows === 0) flaws.push('nothing was in Kafka beyond the slot');
  const note = `${taken.rows} rows were in Kafka unconfirmed, ${taken.missing} missing before the last`;
  return { name, records: found.length, differences: flaws, note };
}

const takeover = (name: string, how: 'stop' | 'kill' | 'back'): Takeover => ({
  name,
  run: (options) => takeOver(name, { ...options, how }),
});

export const TAKEOVERS: readonly Takeover[] = [
  takeover('takeover-after-stop', 'stop'),
  takeover('takeover-after-kill', 'kill'),
  takeover('takeover-and-back', 'back'),
];
