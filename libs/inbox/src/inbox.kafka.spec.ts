import { Controller, Inject, Module, UseFilters, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { sql, type Kysely } from 'kysely';
import { BatchStrategy, RethrowFilter, type RecordBatch } from '#kafka';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ProductDatabase,
  type ScratchDatabase,
} from '#postgres';
import { aRecord, anEvent, kafkaTopics, postgresUrl, silentLogger, until, type KafkaTopics } from '#testing';
import { InboxModule } from './inbox.module.ts';
import { Inbox } from './inbox.ts';
import { Poison } from './poison.error.ts';

type Shop = ProductDatabase & { steps: { owner: string; step: number } };

/** A product's consumer as the README shows it. */
@Controller()
@UseFilters(RethrowFilter)
class Shopkeeper {
  readonly #inbox: Inbox<Shop>;

  constructor(@Inject(Inbox) inbox: Inbox<Shop>) {
    this.#inbox = inbox;
  }

  @EventPattern('steps')
  async steps(@Payload() batch: RecordBatch): Promise<void> {
    await this.#inbox.takeRecords(batch.records, async (trx, events) => {
      const bad = events.find(({ data }) => data['step'] === 13);
      if (bad !== undefined) throw new Poison('unlucky', 'thirteen is not allowed');
      const rows = events.map(({ key, data }) => ({ owner: key, step: Number(data['step']) }));
      await trx.insertInto('steps').values(rows).execute();
    });
  }
}

let scratch: ScratchDatabase;
let db: Kysely<Shop>;
let topics: KafkaTopics;

beforeAll(async () => {
  topics = await kafkaTopics('inbox');
  scratch = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'inboxkafka' });
  await migrate({ url: scratch.url, folder: migrationFolder('product') });
  db = createDatabase<Shop>(createPool({ url: scratch.url, applicationName: 'inbox-kafka', max: 4 }));
  await sql`create table steps (id bigint generated always as identity, owner text, step integer)`.execute(db);
});
afterAll(async () => {
  await db.destroy();
  await scratch.drop();
  await topics[Symbol.asyncDispose]();
});

async function consumer(topic: string, groupId: string): Promise<INestMicroservice> {
  @Module({ imports: [InboxModule.forConsumer<Shop>({ db, consumer: 'shop' })], controllers: [Shopkeeper] })
  class Product {}
  const strategy = new BatchStrategy({
    kafka: topics.kafka,
    groupId,
    subscriptions: { steps: [topic] },
    logger: silentLogger,
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(Product, { strategy, logger: false });
  await app.listen();
  return app;
}

const count = async (): Promise<number> =>
  Number((await sql<{ count: string }>`select count(*) from steps`.execute(db)).rows[0]?.count);

it('a topic that is read twice from its beginning is applied once, in order for each key, but for what is set aside', async () => {
  const topic = await topics.create('steps');
  const producer = topics.kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 300 }, (_, index) => {
    const owner = ['ana', 'bea', 'cem'][index % 3] ?? '';
    const data = { step: index === 151 ? 13 : index + 1000 };
    const { key, value, headers } = aRecord(anEvent({ id: `e${index}`, subject: owner, data }));
    return { partition: 0, key, value, headers: { ...headers } };
  });
  await producer.send({ topic, messages });
  await producer.disconnect();
  // Event 151 is of `bea`, who waits from there on.
  const expected = 300 - 50;
  for (const group of ['first', 'second']) {
    const groupId = `${topics.prefix}${group}`;
    const app = await consumer(topic, groupId);
    await until(async () => (await topics.committed(groupId, topic)) === '300');
    await app.close();
    expect(await count()).toBe(expected);
  }
  const { rows } = await sql<{ sorted: boolean }>`
    select bool_and(step > before) as sorted
      from (select step, lag(step, 1, 0) over (partition by owner order by id) as before from steps) s`.execute(db);
  expect(rows).toEqual([{ sorted: true }]);
  const held = await sql`select code, count(*)::integer from inbox.set_aside group by code order by code`.execute(db);
  expect(held.rows).toEqual([
    { code: 'INBOX_KEY_HELD', count: 49 },
    { code: 'unlucky', count: 1 },
  ]);
});
