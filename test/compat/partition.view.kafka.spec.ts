import { randomBytes, randomUUID } from 'node:crypto';
import { PRODUCER_CLIENTS, createTransactionalProducer, type ProducerClient } from '#kafka';
import { brokers, logger, openTopics, type TopicContext } from '../../libs/kafka/test/topic.context.ts';
import { openPublisher, readOrders } from '../../apps/publisher/test/publisher.context.ts';
import { hasJavaCompiler, viewPartitions, type JavaView } from './partition.view.ts';

/** Not a power of two: only then a hash whose sign is taken differently shows. */
const PARTITIONS = 7;
const TEXTS = [
  '',
  ' ',
  '1',
  'user-1',
  'kunde-ä',
  '🙂',
  '漢字',
  "o'brien",
  'a b\tc\n',
  'tenant:42/order:7',
  'x'.repeat(9000),
];

/** With Kafka from Docker alone there may be no Java here; CI has it. */
const withJava = hasJavaCompiler() ? describe : describe.skip;

withJava('partitions as Kafka’s own Java client sees them', () => {
  let topics: TopicContext;

  beforeAll(async () => {
    topics = await openTopics();
  });

  afterAll(() => topics[Symbol.asyncDispose]());

  it('are those that Java computes for any bytes, with both clients', async () => {
    const bytes = Array.from({ length: 200 }, (_, n) => randomBytes(n % 40));
    const keys = [
      ...TEXTS.map((text) => Buffer.from(text)),
      Buffer.from([0]),
      Buffer.from([0xff, 0xfe, 0x80]),
      ...bytes,
    ];
    for (const client of PRODUCER_CLIENTS) {
      const view = await produceAndView(client, [null, ...keys]);
      expect(misplaced(view)).toEqual([]);
      expect(sorted(view)).toEqual(keys.map((key) => key.toString('hex')).toSorted());
      expect(view.filter(({ key }) => key === null)).toHaveLength(1);
    }
  });

  it('are those of the rows that a publisher produced', async () => {
    await using context = await openPublisher();
    await context.start({ CAUSEWAY_TOPIC_PARTITIONS: String(PARTITIONS) });
    const keys = [...TEXTS.filter((text) => text !== ''), ...Array.from({ length: 100 }, () => randomUUID())];
    await context.client.query(
      `select outbox.emit('order', key, 'order.placed', '{}') from unnest($1::text[]) as key`,
      [keys],
    );
    await readOrders(context, keys.length);
    const view = await viewPartitions(brokers(), `${context.topics.prefix}shop.order`);
    expect(misplaced(view)).toEqual([]);
    expect(sorted(view)).toEqual(keys.map((key) => Buffer.from(key).toString('hex')).toSorted());
    expect(new Set(view.map(({ partition }) => partition)).size).toBe(PARTITIONS);
  });

  async function produceAndView(client: ProducerClient, keys: readonly (Buffer | null)[]): Promise<JavaView[]> {
    const topic = await topics.create(client, PARTITIONS);
    const producer = await createTransactionalProducer(client, {
      brokers: brokers(),
      clientId: 'causeway-test',
      transactionalId: topic,
      transactionTimeoutMs: 10_000,
      logger,
    });
    try {
      await producer.init();
      await producer.sendTransaction(
        keys.map((key) => ({ topic, key, value: Buffer.from('{}'), headers: new Map<string, Buffer>() })),
      );
    } finally {
      await producer.close();
    }
    return viewPartitions(brokers(), topic);
  }
});

/** Records that lie elsewhere than Java would put them. */
function misplaced(view: readonly JavaView[]): readonly JavaView[] {
  return view.filter(({ partition, expected }) => expected !== undefined && expected !== partition);
}

function sorted(view: readonly JavaView[]): string[] {
  return view.flatMap(({ key }) => (key === null ? [] : [key.toString('hex')])).toSorted();
}
