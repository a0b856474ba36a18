import { randomUUID } from 'node:crypto';
import { brokers, logger, openTopics, type ReadRecord, type TopicContext } from '../test/topic.context.ts';
import { partitionOf } from './murmur2.partitioner.ts';
import { PRODUCER_CLIENTS, createTransactionalProducer } from './producer.factory.ts';
import type { ProducerOptions, ProducerRecord, TransactionalProducer } from './producer.port.ts';

let topics: TopicContext;

beforeAll(async () => {
  topics = await openTopics();
});

afterAll(() => topics[Symbol.asyncDispose]());

const record = (topic: string, key: string, value: string): ProducerRecord => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: new Map([['ce_id', Buffer.from(value.slice(0, 10))]]),
});
const values = (records: ReadRecord[]): (string | null)[] => records.map(({ value }) => value);

/** What the publisher relies on, for every adapter. */
describe.each(PRODUCER_CLIENTS)('transactional producer on %s', (client) => {
  const open: TransactionalProducer[] = [];
  const make = async (
    transactionalId: string,
    maxBatchBytes?: number,
    onStep?: ProducerOptions['onStep'],
  ): Promise<TransactionalProducer> => {
    const limits = maxBatchBytes === undefined ? {} : { maxBatchBytes: () => maxBatchBytes };
    const options = {
      brokers: brokers(),
      clientId: 'causeway-test',
      transactionalId,
      transactionTimeoutMs: 10_000,
      logger,
      ...limits,
      ...(onStep === undefined ? {} : { onStep }),
    };
    const producer = await createTransactionalProducer(client, options);
    open.push(producer);
    return producer;
  };
  const id = (): string => `${topics.prefix}${randomUUID()}`;

  afterEach(async () => {
    await Promise.all(open.splice(0).map((producer) => producer.close()));
  });

  it('stores a transaction over several topics, byte for byte', async () => {
    const [a, b] = [await topics.create(`${client}-a`, 3), await topics.create(`${client}-b`, 1)];
    const producer = await make(id());
    await producer.init();
    const odd = {
      topic: b,
      partition: 0,
      key: null,
      value: null,
      headers: new Map([
        ['ä', Buffer.from('ö')],
        ['empty', Buffer.alloc(0)],
      ]),
    };
    await producer.sendTransaction([record(a, 'k', '{"a": "é🙂"}'), odd, record(b, 'k', '')]);
    await producer.sendTransaction([]);
    expect(await topics.readCommitted(a)).toMatchObject([
      { key: 'k', value: '{"a": "é🙂"}', headers: { ce_id: '{"a": "é🙂' } },
    ]);
    expect(await topics.readCommitted(b)).toMatchObject([
      { key: null, value: null, headers: { ä: 'ö', empty: '' } },
      { key: 'k', value: '' },
    ]);
  });

  it('keeps the order of many transactions and many sends, each record once', async () => {
    const topic = await topics.create(`${client}-order`, 2);
    const producer = await make(id(), 2000);
    await producer.init();
    const sent: string[] = [];
    for (let transaction = 0; transaction < 20; transaction += 1) {
      const batch = Array.from({ length: 50 }, (_, row) => `${transaction}.${row}`);
      sent.push(...batch);
      await producer.sendTransaction(batch.map((value) => record(topic, 'one key', value)));
    }
    expect(values(await topics.readCommitted(topic))).toEqual(sent);
  });

  it('picks the partition of Java, and takes the one that is given', async () => {
    const topic = await topics.create(`${client}-partitions`, 6);
    const producer = await make(id());
    await producer.init();
    const keys = ['', '1', 'user-1', 'kunde-ä', '🙂', 'zz', ...Array.from({ length: 50 }, () => randomUUID())];
    await producer.sendTransaction(keys.map((key) => record(topic, key, key)));
    const placed = new Map((await topics.readCommitted(topic)).map(({ key, partition }) => [key, partition]));
    expect(placed).toEqual(new Map(keys.map((key) => [key, partitionOf(Buffer.from(key), 6)])));
    await producer.sendTransaction([{ ...record(topic, 'zz', 'given'), partition: 5 }]);
    expect((await topics.readCommitted(topic)).find(({ value }) => value === 'given')?.partition).toBe(5);
  });

  it('shows nothing of a transaction that failed half-way', async () => {
    const topic = await topics.create(`${client}-refused`, 1, { 'max.message.bytes': '2000' });
    const transactionalId = id();
    const producer = await make(transactionalId, 2000);
    await producer.init();
    const refused = producer.sendTransaction([record(topic, 'k', 'never'), record(topic, 'k', 'x'.repeat(5000))]);
    await expect(refused).rejects.toMatchObject({ code: 'BATCH_REFUSED' });
    const next = await make(transactionalId, 2000);
    await next.init();
    await next.sendTransaction([record(topic, 'k', 'after')]);
    expect(values(await topics.readCommitted(topic))).toEqual(['after']);
  });

  it('fences the older producer, and can be started again and again', async () => {
    const topic = await topics.create(`${client}-fenced`, 1);
    const transactionalId = id();
    const first = await make(transactionalId);
    await first.init();
    await first.sendTransaction([record(topic, 'k', 'first')]);
    const second = await make(transactionalId);
    await second.init();
    await expect(first.sendTransaction([record(topic, 'k', 'never')])).rejects.toMatchObject({
      code: 'PUBLISHER_FENCED',
    });
    await second.sendTransaction([record(topic, 'k', 'second')]);
    await second.close();
    const third = await make(transactionalId);
    await third.init();
    await third.sendTransaction([record(topic, 'k', 'third')]);
    expect(values(await topics.readCommitted(topic))).toEqual(['first', 'second', 'third']);
  });

  it('tells its steps in order, with one send for what fits and several for what does not', async () => {
    const topic = await topics.create(`${client}-steps`, 1);
    const steps: string[] = [];
    const producer = await make(id(), 2000, (step) => steps.push(step));
    await producer.init();
    expect(steps).toEqual([]);
    await producer.sendTransaction([record(topic, 'k', 'one')]);
    expect(steps.splice(0)).toEqual(['transaction begun', 'records sent', 'before commit', 'commit answered']);
    await producer.sendTransaction(['a', 'b'].map((letter) => record(topic, 'k', letter.repeat(1500))));
    expect(steps.filter((step) => step === 'records sent')).toHaveLength(2);
  });

  it.each([
    ['transaction begun', []],
    ['records sent', []],
    ['before commit', []],
    ['commit answered', ['cut off']],
  ] as const)('cut off at "%s": the next one settles it, all or nothing', async (point, stored) => {
    const topic = await topics.create(`${client}-cut-${point.replaceAll(' ', '-')}`, 1);
    const transactionalId = id();
    const producer = await make(transactionalId, undefined, (step) => {
      if (step === point) throw new Error('cut off');
    });
    await producer.init();
    const sent = producer.sendTransaction([record(topic, 'k', 'cut off')]);
    await expect(sent).rejects.toMatchObject({ cause: { message: 'cut off' } });
    const next = await make(transactionalId);
    await next.init();
    await next.sendTransaction([record(topic, 'k', 'after')]);
    expect(values(await topics.readCommitted(topic))).toEqual([...stored, 'after']);
  });

  it('says that a topic is missing', async () => {
    const producer = await make(id());
    await producer.init();
    const sent = producer.sendTransaction([record(`${topics.prefix}nowhere`, 'k', 'v')]);
    await expect(sent).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });

  it('says that no broker answers, in time', async () => {
    const options = {
      brokers: ['127.0.0.1:1'],
      clientId: 'test',
      transactionalId: id(),
      transactionTimeoutMs: 1000,
      logger,
    };
    const producer = await createTransactionalProducer(client, options);
    await expect(producer.init()).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
    await producer.close();
  });
});
