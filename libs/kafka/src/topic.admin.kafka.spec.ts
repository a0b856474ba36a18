import { randomUUID } from 'node:crypto';
import { brokers, logger, openTopics, type TopicContext } from '../test/topic.context.ts';
import { createKafka } from './kafka.client.ts';
import { TopicAdmin } from './topic.admin.ts';
import { POSITIONS_SETTINGS, TopicCatalogue } from './topic.catalogue.ts';
import { isTopicName } from './topic.name.policy.ts';

let topics: TopicContext;
let admin: TopicAdmin;

beforeAll(async () => {
  topics = await openTopics();
  admin = new TopicAdmin(createKafka({ brokers: brokers(), clientId: 'causeway-test', logger }));
});

afterAll(async () => {
  await admin.close();
  await topics[Symbol.asyncDispose]();
});

const name = (): string => `${topics.prefix}${randomUUID().slice(0, 8)}`;

describe('topic admin', () => {
  it('creates what is missing, as declared, and leaves what there is', async () => {
    const topic = name();
    expect(await admin.describe(topic)).toBeUndefined();
    const settings = { ...POSITIONS_SETTINGS, 'max.message.bytes': '70000' };
    const state = { partitions: 3, maxMessageBytes: 70_000 };
    expect(await admin.ensure({ topic, partitions: 3, replication: 1, settings })).toEqual(state);
    expect(await admin.ensure({ topic, partitions: 9, replication: 1 })).toEqual(state);
  });

  it('can be asked by several at once', async () => {
    const topic = name();
    const states = await Promise.all(
      Array.from({ length: 4 }, () => admin.ensure({ topic, partitions: 2, replication: 1 })),
    );
    expect(states.map(({ partitions }) => partitions)).toEqual([2, 2, 2, 2]);
  });

  it('knows the limit of the broker where the topic has none of its own', async () => {
    expect((await admin.ensure({ topic: name(), partitions: 1, replication: 1 })).maxMessageBytes).toBe(1_048_588);
  });

  it('says why a topic cannot be had', async () => {
    const impossible = admin.ensure({ topic: `${topics.prefix}no`, partitions: 1, replication: 9 });
    await expect(impossible).rejects.toMatchObject({ code: 'TOPIC_MISSING', details: { topic: `${topics.prefix}no` } });
  });

  it('says that no broker answers', async () => {
    const retry = { retries: 1, initialRetryTime: 10 };
    const unreachable = new TopicAdmin(createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', logger, retry }));
    await expect(unreachable.describe('t')).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
    await unreachable.close();
  });
});

describe('topic catalogue', () => {
  it('asks once', async () => {
    const topic = name();
    const catalogue = new TopicCatalogue(admin);
    expect(catalogue.find(topic)).toBeUndefined();
    await catalogue.ensure({ topic, partitions: 4, replication: 1 });
    expect(catalogue.find(topic)?.partitions).toBe(4);
    expect(catalogue.maxBatchBytes(topic)).toBe(1_048_588);
  });
});

describe('topic names', () => {
  it.each([
    ['portal.user', true],
    ['a_b-C.9', true],
    ['', false],
    ['.', false],
    ['portal.ä', false],
    ['portal user', false],
    ['x'.repeat(249), true],
    ['x'.repeat(250), false],
  ])('%j', (topic, fits) => {
    expect(isTopicName(topic)).toBe(fits);
  });
});
