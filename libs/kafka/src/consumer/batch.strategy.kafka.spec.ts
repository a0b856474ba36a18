import { Controller, Inject, Module, UseFilters, type INestMicroservice } from '@nestjs/common';
import { KafkaJSNonRetriableError, type Consumer } from 'kafkajs';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { kafkaTopics, silentLogger, until, type KafkaTopics } from '#testing';
import { BatchStrategy, type BatchStrategyOptions } from './batch.strategy.ts';
import { groupLag } from './group.lag.ts';
import { BatchContext, type RecordBatch } from './record.batch.ts';
import { RethrowFilter } from './rethrow.filter.ts';

type Handler = (batch: RecordBatch) => Promise<void> | void;

@Controller()
@UseFilters(RethrowFilter)
class Probe {
  readonly #handle: Handler;

  constructor(@Inject('handler') handle: Handler) {
    this.#handle = handle;
  }

  @EventPattern('things')
  async things(@Payload() batch: RecordBatch, @Ctx() context: unknown): Promise<void> {
    if (!(context instanceof BatchContext) || context.getBatch() !== batch) throw new Error('the context has no batch');
    await this.#handle(batch);
  }
}

let topics: KafkaTopics;
let running: INestMicroservice[] = [];

beforeAll(async () => {
  topics = await kafkaTopics('strategy');
});
afterEach(async () => {
  await Promise.all(running.map((app) => app.close()));
  running = [];
});
afterAll(() => topics[Symbol.asyncDispose]());

interface Member {
  readonly app: INestMicroservice;
  readonly strategy: BatchStrategy;
  readonly states: string[];
}

async function join(topic: string, handle: Handler, seed: Partial<BatchStrategyOptions> = {}): Promise<Member> {
  @Module({ controllers: [Probe], providers: [{ provide: 'handler', useValue: handle }] })
  class Consumer {}
  const states: string[] = [];
  const strategy = new BatchStrategy({
    kafka: topics.kafka,
    groupId: `${topic}.group`,
    subscriptions: { things: [topic] },
    logger: silentLogger,
    onState: (state) => states.push(state),
    ...seed,
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(Consumer, { strategy, logger: false });
  running.push(app);
  await app.listen();
  return { app, strategy, states };
}

const committed = (topic: string, partition = 0): Promise<string | null> =>
  topics.committed(`${topic}.group`, topic, partition);
/** Members that the broker counts; one that only fell silent is counted until the session timeout of ten seconds. */
async function members(topic: string): Promise<number> {
  const admin = topics.kafka.admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([`${topic}.group`]);
  await admin.disconnect();
  return groups[0]?.members.length ?? 0;
}

const valuesOf = (batch: RecordBatch): string[] => batch.records.map(({ value }) => String(value));
const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));

/** A promise that a spec resolves when it likes. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('BatchStrategy', () => {
  it('hands over whole batches, in offset order', async () => {
    const topic = await topics.create('whole');
    await topics.produce(topic, numbers(50));
    const batches: RecordBatch[] = [];
    await join(topic, (batch) => void batches.push(batch));
    await until(async () => (await committed(topic)) === '50');
    expect(batches).toHaveLength(1);
    expect(valuesOf(batches[0] ?? { topic, partition: 0, records: [] })).toEqual(numbers(50));
    expect(batches[0]?.records[7]).toEqual({
      topic,
      partition: 0,
      offset: '7',
      timestamp: expect.any(Number),
      key: null,
      value: Buffer.from('7'),
      headers: {},
    });
  });

  it('commits a batch only after the handler is done with it', async () => {
    const topic = await topics.create('after');
    await topics.produce(topic, numbers(3));
    const done = gate();
    let calls = 0;
    await join(topic, async () => {
      calls += 1;
      await done.opened;
    });
    await until(() => calls === 1);
    expect(await committed(topic)).toBeNull();
    await topics.produce(topic, numbers(3, 3));
    expect(calls).toBe(1);
    done.open();
    await until(async () => (await committed(topic)) === '6');
    expect(calls).toBe(2);
  });

  it('tells how long each batch took', async () => {
    const topic = await topics.create('told');
    await topics.produce(topic, numbers(3));
    const told: [number, number][] = [];
    await join(topic, () => undefined, { onBatch: (batch, seconds) => told.push([batch.records.length, seconds]) });
    await until(() => told.length === 1);
    expect(told).toEqual([[3, expect.any(Number)]]);
  });

  it('hands the same batch again to a handler that fails, for as long as it fails', async () => {
    const topic = await topics.create('failing');
    await topics.produce(topic, numbers(3));
    const attempts: string[][] = [];
    let healed = false;
    const { states } = await join(topic, (batch) => {
      attempts.push(valuesOf(batch));
      if (!healed) throw new Error('Postgres is away');
    });
    await until(() => attempts.length >= 3);
    expect(await committed(topic)).toBeNull();
    expect(states.at(-1)).toBe('failing');
    healed = true;
    await until(async () => (await committed(topic)) === '3');
    for (const values of attempts) expect(values).toEqual(numbers(3));
    expect(states.at(-1)).toBe('running');
  });

  it('regression: a partition whose batch fails and fails does not hold up the others for ever', async () => {
    const topic = await topics.create('stuck', 2);
    await topics.produce(topic, numbers(3), 0);
    let [healed, failures] = [false, 0];
    const seen: string[] = [];
    await join(topic, (batch) => {
      if (batch.partition === 0 && !healed) {
        failures += 1;
        throw new Error('this one does not work');
      }
      seen.push(...valuesOf(batch).map((value) => `${batch.partition}/${value}`));
    });
    await until(() => failures >= 2);
    await topics.produce(topic, numbers(2), 1);
    await until(async () => (await committed(topic, 1)) === '2');
    expect(await committed(topic, 0)).toBeNull();
    healed = true;
    await until(async () => (await committed(topic, 0)) === '3');
    expect(seen).toEqual(['1/0', '1/1', '0/0', '0/1', '0/2']);
  });

  it('regression: goes on after an error that kafkajs takes for final', async () => {
    const topic = await topics.create('final');
    await topics.produce(topic, numbers(1));
    const seen: string[] = [];
    let failed = false;
    const { states } = await join(topic, (batch) => void seen.push(...valuesOf(batch)), {
      onBatch: () => {
        if (failed) return;
        failed = true;
        throw new KafkaJSNonRetriableError('final');
      },
    });
    await until(() => states.includes('failing'));
    await topics.produce(topic, numbers(1, 1));
    await until(async () => (await committed(topic)) === '2');
    expect(seen).toEqual(['0', '1']);
    expect(states.at(-1)).toBe('running');
  });

  it('fails when no handler takes the pattern, and does not skip', async () => {
    const topic = await topics.create('nobody');
    await topics.produce(topic, numbers(1));
    const { states } = await join(topic, () => undefined, { subscriptions: { others: [topic] } });
    await until(() => states.includes('failing'));
    expect(await committed(topic)).toBeNull();
  });

  it('finishes the batch under way when it is closed, commits it, and leaves the group at once', async () => {
    const topic = await topics.create('closing');
    await topics.produce(topic, numbers(3));
    const done = gate();
    let [calls, ended] = [0, false];
    const first = await join(topic, async () => {
      calls += 1;
      await done.opened;
      ended = true;
    });
    await until(() => calls === 1);
    const closed = first.app.close();
    done.open();
    await closed;
    expect(await members(topic)).toBe(0);
    expect(ended).toBe(true);
    expect(await committed(topic)).toBe('3');
    expect(first.states.at(-1)).toBe('stopped');

    await topics.produce(topic, numbers(2, 3));
    const seen: string[] = [];
    await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    await until(() => seen.length === 2);
    expect(seen).toEqual(['3', '4']);
  });

  it('does not commit a batch that failed to the last when it is closed; the next member gets it', async () => {
    const topic = await topics.create('heir');
    await topics.produce(topic, numbers(3));
    let calls = 0;
    const first = await join(topic, () => {
      calls += 1;
      throw new Error('Postgres is away');
    });
    await until(() => calls >= 2);
    await first.app.close();
    expect(await members(topic)).toBe(0);
    expect(await committed(topic)).toBeNull();
    const seen: string[] = [];
    await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    await until(() => seen.length === 3);
    expect(seen).toEqual(numbers(3));
  });

  it('stays in its group with its partitions while it is paused for longer than the session timeout', async () => {
    const topic = await topics.create('paused', 2);
    await topics.produce(topic, numbers(2));
    const seen: string[] = [];
    const joins: number[] = [];
    const { strategy, states } = await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    const consumer = strategy.unwrap<Consumer>();
    consumer.on('consumer.group_join', () => void joins.push(1));
    await until(() => seen.length === 2);
    strategy.pause('the ledger is full');
    await topics.produce(topic, numbers(3, 2), 0);
    await topics.produce(topic, numbers(3, 5), 1);
    const started = Date.now();
    // The session timeout is ten seconds: a member that sends no heartbeat is gone by then.
    await until(() => Date.now() - started > 12_000);
    expect(seen).toHaveLength(2);
    expect(await members(topic)).toBe(1);
    strategy.resume();
    await until(() => seen.length === 8);
    // No new generation of the group.
    expect(joins).toEqual([]);
    expect(states.filter((state) => state === 'paused')).toHaveLength(1);
    expect(states.at(-1)).toBe('running');
  });

  it('finishes the batch under way when it is paused, and says so', async () => {
    const topic = await topics.create('pausing');
    await topics.produce(topic, numbers(3));
    const done = gate();
    let calls = 0;
    const { strategy, states } = await join(topic, async () => {
      calls += 1;
      if (calls === 1) await done.opened;
    });
    await until(() => calls === 1);
    strategy.pause('the ledger is full');
    expect(states.at(-1)).toBe('paused');
    done.open();
    await until(async () => (await committed(topic)) === '3');
    expect(states.at(-1)).toBe('paused');
    await topics.produce(topic, numbers(1, 3));
    strategy.resume();
    await until(async () => (await committed(topic)) === '4');
    expect(states.at(-1)).toBe('running');
  });

  it('stays paused through a rebalance', async () => {
    const topic = await topics.create('paused-rebalance', 2);
    const seen: string[] = [];
    const first = await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    first.strategy.pause('the ledger is full');
    const second = await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    await until(() => second.states.includes('running'));
    await second.app.close();
    await until(async () => (await members(topic)) === 1);
    await topics.produce(topic, numbers(1), 0);
    await topics.produce(topic, numbers(1, 1), 1);
    const started = Date.now();
    await until(() => Date.now() - started > 2000);
    expect(seen).toEqual([]);
    first.strategy.resume();
    await until(() => seen.length === 2);
  });

  it('loses nothing when a second member joins and the first leaves, and keeps the order of each partition', async () => {
    const topic = await topics.create('members', 4);
    const seen = new Map<number, number[]>();
    const note: Handler = async (batch) => {
      const values = valuesOf(batch).map(Number);
      await new Promise((resolve) => setImmediate(resolve));
      seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), ...values]);
    };
    const all = (): Set<string> =>
      new Set([...seen].flatMap(([partition, values]) => values.map((value) => `${partition}/${value}`)));
    let produced = 0;
    const produce = async (): Promise<void> => {
      for (let partition = 0; partition < 4; partition += 1)
        await topics.produce(topic, numbers(25, produced), partition);
      produced += 25;
    };
    const first = await join(topic, note);
    await produce();
    await until(() => all().size === 4 * produced);
    const second = await join(topic, note);
    await produce();
    await until(() => second.states.includes('running'));
    await produce();
    await first.app.close();
    await produce();
    await until(() => all().size === 4 * produced);
    for (const [, values] of seen) {
      // What was taken twice in the hand-over comes again from where it was committed: later values never come first.
      const firsts = [...new Set(values)];
      expect(firsts).toEqual(numbers(produced).map(Number));
    }
  });

  it('sees nothing of an aborted transaction and does not stay behind its markers', async () => {
    const topic = await topics.create('transactions');
    const producer = topics.kafka.producer({
      transactionalId: `${topic}.tx`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const send = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    };
    await send('a', 'commit');
    await send('b', 'abort');
    await send('c', 'commit');
    await send('d', 'abort');
    const seen: string[] = [];
    await join(topic, (batch) => void seen.push(...valuesOf(batch)));
    await until(() => seen.length === 2);
    const { kafka, brokers } = topics;
    const lag = (): Promise<number> => groupLag({ kafka, brokers, groupId: `${topic}.group`, topics: [topic] });
    await until(async () => (await lag()) === 0);
    await send('e', 'abort');
    expect(await lag()).toBe(0);
    // Each transaction leaves its record and its marker.
    await until(async () => (await committed(topic)) === '10');
    await producer.disconnect();
    expect(seen).toEqual(['a', 'c']);
  });
});
