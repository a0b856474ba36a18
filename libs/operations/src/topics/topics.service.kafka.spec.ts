import { sql } from 'kysely';
import { integrationDatabase, kafkaTopics, type IntegrationContext, type KafkaTopics } from '#testing';
import { createTopics, readTopics, type TopicsTarget } from './topics.service.ts';

let context: IntegrationContext;
let topics: KafkaTopics;
beforeAll(async () => {
  [context, topics] = await Promise.all([integrationDatabase('topics'), kafkaTopics('topics')]);
  await context.addConnection({ watch: { Leads: ['Lead_Status'] } });
});
afterAll(async () => {
  const admin = topics.kafka.admin();
  await admin.connect();
  const own = (await admin.listTopics()).filter((topic) => topic.startsWith(topics.prefix));
  if (own.length > 0) await admin.deleteTopics({ topics: own });
  await admin.disconnect();
  await topics[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

const target = (seed: Partial<TopicsTarget> = {}) => ({
  kafkaBrokers: topics.brokers,
  topicPrefix: topics.prefix,
  packs: ['signup-lead'],
  topics: { partitions: 2, replication: 1, retentionMs: 86_400_000 },
  ...seed,
  integration: { url: context.url },
});
const statuses = async (seed: Partial<TopicsTarget> = {}): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await readTopics(target(seed))).map(({ topic, status }) => [topic.slice(topics.prefix.length), status]),
  );

describe('topics', () => {
  it('are missing, are created as declared with an audit row each, and are in order then', async () => {
    expect(await statuses()).toEqual({
      'portal.user': 'missing',
      'crm.leads': 'later',
      'crm.outcomes': 'later',
      'causeway.positions': 'missing',
      'causeway.dead-letters': 'later',
      'causeway.parked-keys': 'later',
    });
    const operator = { by: 'ada', reason: 'new cluster' };
    const made = await createTopics(target(), await readTopics(target()), operator);
    expect(made).toHaveLength(6);
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(['ok']));
    const reports = await readTopics(target());
    expect(reports.find(({ topic }) => topic.endsWith('portal.user'))?.actual).toEqual({
      partitions: 2,
      replication: 1,
      settings: { 'cleanup.policy': 'delete', 'retention.ms': '86400000' },
    });
    expect(await createTopics(target(), reports, operator)).toEqual([]);
    const { rows } = await sql<{ verb: string; topic: string }>`
      select verb, details->>'topic' as topic from ledger.audit order by id`.execute(context.db);
    expect(rows.map(({ topic }) => topic)).toEqual(made);
  });

  it('differ from what is declared now, each with what to do', async () => {
    const plan = { partitions: 6, replication: 1, retentionMs: 864_000_000 };
    const [events] = await readTopics(target({ topics: plan }));
    expect(events?.differences.map(({ what }) => what)).toEqual(['partitions', 'retention.ms']);
    expect(events?.action).toContain('retention.ms=864000000');
  });

  it('cannot be read where no broker answers', async () => {
    await expect(readTopics(target({ kafkaBrokers: ['127.0.0.1:1'] }))).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
    });
  });
});
