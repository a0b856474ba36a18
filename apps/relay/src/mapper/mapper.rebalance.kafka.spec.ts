import { connect, type Socket } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Kafka, logLevel } from 'kafkajs';
import { sql } from 'kysely';
import { BatchStrategy } from '#kafka';
import type { Mapping } from '#mapping';
import { createRegistry } from '#observability';
import { loadPack } from '#packs';
import {
  aRecord,
  anEvent,
  integrationDatabase,
  kafkaTopics,
  silentLogger,
  until,
  type IntegrationContext,
  type KafkaTopics,
} from '#testing';
import { RelayModule } from '../relay.module.ts';
import { PRODUCT_EVENTS } from './mapper.controller.ts';
import { mapperMetrics } from './mapper.metrics.ts';
import { MapperService } from './mapper.service.ts';

const USERS = ['ana', 'bea', 'cem', 'dag'];
const EVENTS = 10;
const PARTITIONS = 2;

let context: IntegrationContext;
let mapping: Mapping;
let topics: KafkaTopics;
let members: INestMicroservice[] = [];

beforeAll(async () => {
  context = await integrationDatabase('mapper_rebalance');
  ({ mapping } = await loadPack('signup-lead'));
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  // A prefix for each test, since the topic's name is the pack's.
  topics = await kafkaTopics('rebalance');
  await topics.create('portal.user', PARTITIONS);
});
afterEach(async () => {
  await Promise.all(members.map((app) => app.close()));
  members = [];
  await topics[Symbol.asyncDispose]();
});
afterAll(() => context[Symbol.asyncDispose]());

const topic = (): string => `${topics.prefix}portal.user`;
const groupId = (): string => `${topics.prefix}causeway.mapper`;

/** A mapper in the group. Once it is frozen nothing that it says reaches Kafka, as of a process that is stopped. */
interface Member {
  readonly freeze: () => void;
  readonly thaw: () => void;
}

async function join(): Promise<Member> {
  const sockets: Socket[] = [];
  const kafka = new Kafka({
    clientId: 'rebalance-spec',
    brokers: [...topics.brokers],
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.push(socket);
      return socket;
    },
  });
  const mapper = new MapperService({
    db: context.db,
    mappings: [mapping],
    topicPrefix: topics.prefix,
    logger: silentLogger,
    metrics: mapperMetrics(createRegistry('spec')),
  });
  const subscriptions = { [PRODUCT_EVENTS]: mapper.topics };
  const strategy = new BatchStrategy({ kafka, groupId: groupId(), subscriptions, logger: silentLogger });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    RelayModule.with({ mapper, logger: silentLogger }),
    { strategy, logger: false },
  );
  members.push(app);
  await app.listen();
  return {
    freeze: () => sockets.forEach((socket) => socket.cork()),
    thaw: () => sockets.forEach((socket) => socket.uncork()),
  };
}

const eventId = (user: string, at: number): string => `${user}-${String(at).padStart(3, '0')}`;

/** The events of each user from `from` on, each of which changes the name. Two users a partition. */
async function produce(from: number): Promise<void> {
  const producer = topics.kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: EVENTS }, (_, at) => from + at).flatMap((at) =>
    USERS.map((user, index) => {
      const data = { id: user, full_name: `Ana N${at}` };
      const event = anEvent({ id: eventId(user, at), type: 'user.updated', subject: user, data });
      const { key, value, headers } = aRecord(event);
      return { partition: index % PARTITIONS, key, value, headers: { ...headers } };
    }),
  );
  await producer.send({ topic: topic(), messages });
  await producer.disconnect();
}

/** Holds what every batch needs before it folds, so that batches stop in the middle of their transactions; returns how it ends. */
async function holdBatches(): Promise<() => Promise<void>> {
  const client = await context.pool.connect();
  await client.query('begin');
  await client.query('select 1 from connections.connections for update');
  return async () => {
    await client.query('commit');
    client.release();
  };
}

async function batchesHeld(count: number): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`.execute(context.db);
    return rows[0]?.count === count;
  });
}

async function groupIs(state: string): Promise<void> {
  const admin = topics.kafka.admin();
  await admin.connect();
  await until(async () => (await admin.describeGroups([groupId()])).groups[0]?.state === state);
  await admin.disconnect();
}

/** Everything that stands in the topic is committed. */
async function drained(events: number): Promise<void> {
  const expected = String((events * USERS.length) / PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await until(async () => (await topics.committed(groupId(), topic(), partition)) === expected);
  }
}

/** Each event was folded once, in the order of its key, and each fold left its one command. */
async function expectFoldedOnce(events: number): Promise<void> {
  const numbers = Array.from({ length: events }, (_, at) => at);
  const folds = await sql<{ key: string; ids: string[]; sequence: number[] }>`
    select key, array_agg(event_id order by id) as ids, array_agg(sequence::integer order by id) as sequence
      from relay.folds where verdict = 'applied' group by key order by key`.execute(context.db);
  expect(folds.rows).toEqual(
    USERS.map((key) => ({ key, ids: numbers.map((at) => eventId(key, at)), sequence: numbers.map((at) => at + 1) })),
  );
  const commands = await sql<{ key: string; names: string[] }>`
    select entity_id as key, array_agg(fields->>'Last_Name' order by id) as names
      from ledger.commands group by 1 order by 1`.execute(context.db);
  expect(commands.rows).toEqual(USERS.map((key) => ({ key, names: numbers.map((at) => `N${at}`) })));
}

describe('a rebalance in the middle of batches', () => {
  it('of a member that joins: nothing is folded twice, nothing is lost', async () => {
    await join();
    const release = await holdBatches();
    await produce(0);
    await batchesHeld(PARTITIONS);
    const second = join();
    await groupIs('PreparingRebalance');
    await release();
    await second;
    await drained(EVENTS);
    await produce(EVENTS);
    await drained(2 * EVENTS);
    await expectFoldedOnce(2 * EVENTS);
  });

  it('of a member that fell silent and folds the same records as its heir: nothing is folded twice, nothing is lost', async () => {
    const silent = await join();
    const release = await holdBatches();
    await produce(0);
    await batchesHeld(PARTITIONS);
    silent.freeze();
    await join();
    // Both have every batch in hand now: the heir reads what the silent one has not committed.
    await batchesHeld(2 * PARTITIONS);
    await release();
    await drained(EVENTS);
    silent.thaw();
    await produce(EVENTS);
    await drained(2 * EVENTS);
    await expectFoldedOnce(2 * EVENTS);
  });
});
