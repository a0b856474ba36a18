import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { connectionSettingsSchema } from '#connections';
import { TopicAdmin, createKafka, inspectTopics, type KafkaClient } from '#kafka';
import { putAudit } from '#ledger';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import { connectClient, createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';
import type { StatusTarget } from '../status/status.service.ts';
import { declaredTopics, type DeclaredTopic } from './declared.topics.ts';
import { adviceFor, topicDifferences, type TopicDifference } from './topic.policy.ts';

/** A declared topic beside what the broker has. */
export interface TopicReport {
  readonly topic: string;
  readonly purpose: string;
  /** `later`: not there yet, and made by whoever writes to it first. */
  readonly status: 'ok' | 'missing' | 'later' | 'differs';
  readonly declared: Pick<DeclaredTopic, 'partitions' | 'replication' | 'settings'>;
  /** Null where it is not there. Of the settings those that are declared. */
  readonly actual: Pick<DeclaredTopic, 'partitions' | 'replication' | 'settings'> | null;
  readonly differences: readonly TopicDifference[];
  /** What to do; empty when nothing is to be done. */
  readonly action: string;
}

export type TopicsTarget = Omit<StatusTarget, 'services' | 'sources'>;

const CLIENT_ID = 'causeway-topics';

function kafkaOf({ kafkaBrokers: brokers, kafkaSecurity: security }: TopicsTarget): KafkaClient {
  const logger = createLogger({ service: CLIENT_ID, level: 'silent' });
  return createKafka({ brokers, security, clientId: CLIENT_ID, logger, retry: { retries: 2, initialRetryTime: 100 } });
}

/**
 * Every topic of the system as declared and as the broker has it. What connections watch is known where the integration database is.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `POSTGRES_UNREACHABLE` and what refuses a connection
 */
export async function readTopics(target: TopicsTarget): Promise<TopicReport[]> {
  const declared = await declaredOf(target);
  const actual = await inspectTopics(
    kafkaOf(target),
    declared.map(({ topic }) => topic),
  );
  return declared.map((wanted) => reportOf(wanted, actual));
}

function reportOf(wanted: DeclaredTopic, all: Awaited<ReturnType<typeof inspectTopics>>): TopicReport {
  const { topic, purpose, needed, partitions, replication, settings } = wanted;
  const found = all.get(topic);
  const declared = { partitions, replication, settings };
  if (found === undefined) {
    const status = needed === 'now' ? ('missing' as const) : ('later' as const);
    const action = needed === 'now' ? 'causeway topics create' : '';
    return { topic, purpose, status, declared, actual: null, differences: [], action };
  }
  const differences = topicDifferences(wanted, found);
  const own = Object.fromEntries(
    Object.keys(settings).flatMap((name) => (name in found.settings ? [[name, found.settings[name] ?? '']] : [])),
  );
  return {
    topic,
    purpose,
    status: differences.length === 0 ? 'ok' : 'differs',
    declared,
    actual: { partitions: found.partitions, replication: found.replication, settings: own },
    differences,
    action: adviceFor(topic, differences),
  };
}

async function declaredOf(target: TopicsTarget): Promise<DeclaredTopic[]> {
  const { topicPrefix, topics: plan, integration } = target;
  const packs = await Promise.all(target.packs.map((name) => loadPack(name)));
  const watched = integration === null ? [] : await withDatabase(integration.url, readWatched);
  return declaredTopics({ topicPrefix, plan, mappings: packs.map(({ mapping }) => mapping), watched });
}

async function readWatched(db: Kysely<IntegrationDatabase>): Promise<string[]> {
  const { rows } = await sql<{ settings: unknown }>`
    select settings from connections.connections where state <> 'disconnected'`.execute(db);
  return rows.flatMap(({ settings }) => Object.keys(connectionSettingsSchema.parse(settings).watch));
}

async function withDatabase<T>(url: string, work: (db: Kysely<IntegrationDatabase>) => Promise<T>): Promise<T> {
  // A pool would give the driver's own error where nobody answers.
  await (await connectClient({ url, applicationName: CLIENT_ID })).end();
  const db = createDatabase<IntegrationDatabase>(createPool({ url, max: 1, applicationName: CLIENT_ID }));
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/**
 * Creates those of the topics that are not there, as they are declared, each with an audit row; topics that exist are left as they are.
 * @returns the names of those that are there now
 * @throws CausewayError `TOPIC_MISSING` when one can neither be found nor created
 */
export async function createTopics(
  target: TopicsTarget & { readonly integration: { readonly url: string } },
  topics: readonly TopicReport[],
  operator: Operator,
): Promise<string[]> {
  const kafka = kafkaOf(target);
  const admin = new TopicAdmin(kafka);
  const wanted = topics.filter(({ actual }) => actual === null);
  try {
    return await withDatabase(target.integration.url, async (db) => {
      const made: string[] = [];
      for (const { topic, declared } of wanted) {
        await admin.ensure({ topic, ...declared });
        const { partitions, replication } = declared;
        await putAudit(db, [{ ...operator, verb: 'topics create', details: { topic, partitions, replication } }]);
        made.push(topic);
      }
      await untilListed(kafka, made);
      return made;
    });
  } finally {
    await admin.close();
  }
}

/** How long the brokers may take to tell each other of a new topic, and how often they are asked. Milliseconds. */
const KNOWN_AFTER = 10_000;
const ASK_AGAIN = 100;

/** A topic is known to one broker before the others: what looks next shall find it. */
async function untilListed(kafka: KafkaClient, topics: readonly string[]): Promise<void> {
  for (let waited = 0; waited < KNOWN_AFTER; waited += ASK_AGAIN) {
    const known = await inspectTopics(kafka, topics);
    if (topics.every((topic) => known.has(topic))) return;
    await wait(ASK_AGAIN);
  }
}
