import { aRecord, anEvent, kafkaTopics, until, type KafkaTopics } from '#testing';
import type { TailedEvent } from './event.lines.ts';
import { followEvents, readEvents, type EventQuery, type EventsTarget } from './event.tail.ts';

let topics: KafkaTopics;
let users: string;
beforeAll(async () => {
  topics = await kafkaTopics('events');
  users = await topics.create('portal.user', 3);
  await topics.create('crm.leads');
  await send(
    users,
    ...['a', 'b', 'a', 'c'].map((key, at) => ({ key, type: at === 3 ? 'user.deleted' : 'user.created' })),
  );
  await send(`${topics.prefix}crm.leads`, { key: 'a', type: 'crm.lead.changed' });
});
afterAll(() => topics[Symbol.asyncDispose]());

const target = (): EventsTarget => ({
  kafkaBrokers: topics.brokers,
  topicPrefix: topics.prefix,
  packs: ['signup-lead'],
});
const query = (seed: Partial<EventQuery> = {}): EventQuery => ({
  topics: [],
  types: [],
  limit: 20,
  personal: false,
  ...seed,
});

async function send(topic: string, ...events: { key: string; type: string }[]): Promise<void> {
  const producer = topics.kafka.producer();
  await producer.connect();
  for (const { key, type } of events) {
    const data = { user_id: key, email: `${key}@example.test`, api_token: 'planted' };
    const { value, headers } = aRecord(anEvent({ key, subject: key, type, data }));
    await producer.send({ topic, messages: [{ key, value, headers }] });
  }
  await producer.disconnect();
}
const shown = (events: readonly TailedEvent[]): string[] =>
  events.map(({ type, key }) => `${type ?? '?'} ${key ?? ''}`);

describe('readEvents', () => {
  it('tells the events of all topics in their order, without what is personal or secret', async () => {
    const events = await readEvents(target(), query());
    expect(shown(events)).toEqual([
      'user.created a',
      'user.created b',
      'user.created a',
      'user.deleted c',
      'crm.lead.changed a',
    ]);
    expect(events[0]).toMatchObject({
      topic: users,
      tenant: 'portal',
      version: 1,
      subject: 'a',
      data: { user_id: 'a', email: '[hidden]', api_token: '[redacted]' },
      hidden: 2,
      problem: null,
    });
  });

  it.each<[string, Partial<EventQuery>, string[]]>([
    ['the newest ones', { limit: 2 }, ['user.deleted c', 'crm.lead.changed a']],
    ['the first ones since', { limit: 2, since: 0 }, ['user.created a', 'user.created b']],
    ['a key', { key: 'a' }, ['user.created a', 'user.created a', 'crm.lead.changed a']],
    ['a type', { types: ['user.deleted'] }, ['user.deleted c']],
    ['beginnings of types', { types: ['crm.*', 'user.del*'] }, ['user.deleted c', 'crm.lead.changed a']],
    ['a topic', { topics: ['crm.leads'] }, ['crm.lead.changed a']],
    ['nothing', { types: ['other'] }, []],
    ['what is to come', { since: Date.now() + 3_600_000 }, []],
  ])('by %s', async (_what, seed, expected) => {
    expect(shown(await readEvents(target(), query(seed)))).toEqual(expected);
  });

  it('shows personal values to whom asks for them', async () => {
    const [event] = await readEvents(target(), query({ personal: true, limit: 1, since: 0 }));
    expect(event?.data).toEqual({ user_id: 'a', email: 'a@example.test', api_token: '[redacted]' });
  });

  it('has no topics of a prefix under which there is nothing, and refuses one that is named and not there', async () => {
    expect(await readEvents({ ...target(), topicPrefix: 'none.' }, query())).toEqual([]);
    await expect(readEvents(target(), query({ topics: ['portal.nothing'] }))).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
    });
    await expect(readEvents({ ...target(), kafkaBrokers: ['127.0.0.1:1'] }, query())).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
    });
  });

  it('says of a record that is no event what is wrong with it', async () => {
    const topic = await topics.create('portal.broken');
    await topics.produce(topic, ['no event']);
    expect(await readEvents(target(), query({ topics: ['portal.broken'] }))).toMatchObject([
      { type: null, data: null, problem: 'EVENT_MALFORMED' },
    ]);
  });
});

describe('followEvents', () => {
  it('tells what was there and then what comes, and ends after so many', async () => {
    const topic = await topics.create('portal.order');
    await send(topic, { key: 'o1', type: 'order.placed' });
    const heard: TailedEvent[] = [];
    const following = followEvents(
      target(),
      { ...query({ topics: ['portal.order'] }), limit: 3, newest: 5 },
      { signal: new AbortController().signal, onEvent: (event) => heard.push(event) },
    );
    await until(() => heard.length === 1, { what: 'the event that was there' });
    await send(
      topic,
      { key: 'o2', type: 'order.placed' },
      { key: 'o3', type: 'order.placed' },
      { key: 'o4', type: 'order.placed' },
    );
    await following;
    expect(heard.map(({ key }) => key)).toEqual(['o1', 'o2', 'o3']);
  });
});
