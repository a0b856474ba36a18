import { randomUUID } from 'node:crypto';
import { brokers, logger, openTopics, type TopicContext } from '../test/topic.context.ts';
import { positionKey, positionRecord, readPosition } from './position.store.ts';
import { createTransactionalProducer } from './producer.factory.ts';
import type { TransactionalProducer } from './producer.port.ts';
import { POSITIONS_SETTINGS } from './topic.catalogue.ts';

let topics: TopicContext;
let topic: string;
const open: TransactionalProducer[] = [];

beforeAll(async () => {
  topics = await openTopics();
});

beforeEach(async () => {
  topic = await topics.create(`positions-${randomUUID().slice(0, 8)}`, 1, POSITIONS_SETTINGS);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((producer) => producer.close()));
});

afterAll(() => topics[Symbol.asyncDispose]());

const writer = async (transactionalId: string): Promise<TransactionalProducer> => {
  const options = {
    brokers: brokers(),
    clientId: 'causeway-test',
    transactionalId,
    transactionTimeoutMs: 20_000,
    logger,
  };
  const producer = await createTransactionalProducer('platformatic', { ...options, maxBatchBytes: () => 500 });
  open.push(producer);
  await producer.init();
  return producer;
};
const read = async (key: string): Promise<string | undefined> => {
  const options = { brokers: brokers(), clientId: 'causeway-test', topic, timeoutMs: 60_000 };
  return (await readPosition(options, key))?.toString();
};
const position = (key: string, value: string) => positionRecord(topic, { key, value: Buffer.from(value) });
const mine = positionKey('portal', 'causeway');
const other = positionKey('portal', 'other');

describe('position store', () => {
  it('knows nothing at first, then the last committed position of each key', async () => {
    expect(await read(mine)).toBeUndefined();
    const producer = await writer(`${topic}.mine`);
    await producer.sendTransaction([position(mine, 'one')]);
    await producer.sendTransaction([position(mine, 'two'), position(other, 'x')]);
    await writer(`${topic}.mine`);
    expect(await read(mine)).toBe('two');
    expect(await read(other)).toBe('x');
    expect(await read('nobody/nothing')).toBeUndefined();
  });

  it('does not take what was aborted', async () => {
    const producer = await writer(`${topic}.mine`);
    await producer.sendTransaction([position(mine, 'one')]);
    // The second record is refused, so the transaction stays open until the next producer settles it.
    const huge = positionRecord(topic, { key: mine, value: Buffer.alloc(2_000_000) });
    await expect(producer.sendTransaction([position(mine, 'never'), huge])).rejects.toMatchObject({
      code: 'BATCH_REFUSED',
    });
    await writer(`${topic}.mine`);
    expect(await read(mine)).toBe('one');
  });

  it('is not held back by the open transaction of another publisher', async () => {
    const hanging = await writer(`${topic}.other`);
    const huge = positionRecord(topic, { key: other, value: Buffer.alloc(2_000_000) });
    await expect(hanging.sendTransaction([position(other, 'open'), huge])).rejects.toMatchObject({
      code: 'BATCH_REFUSED',
    });
    const producer = await writer(`${topic}.mine`);
    await producer.sendTransaction([position(mine, 'behind the open one')]);
    await writer(`${topic}.mine`);
    expect(await read(mine)).toBe('behind the open one');
    await writer(`${topic}.other`);
  });

  it('finds a position far behind the end', async () => {
    const producer = await writer(`${topic}.mine`);
    await producer.sendTransaction([position(mine, 'long ago')]);
    for (let round = 0; round < 3; round += 1) {
      await producer.sendTransaction(Array.from({ length: 300 }, () => position(other, 'x')));
    }
    expect(await read(mine)).toBe('long ago');
  });

  it('says that the topic is missing', async () => {
    topic = `${topics.prefix}nowhere`;
    await expect(read(mine)).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });
});
