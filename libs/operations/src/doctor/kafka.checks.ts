import type { Admin } from 'kafkajs';
import { topicNames } from '#contracts';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { loadPack, type Pack } from '#packs';
import { readTopics, type TopicReport } from '../topics/topics.service.ts';
import { notReached, note, ok, wrong, type Finding } from './finding.ts';
import type { DoctorTarget } from './doctor.target.ts';

/** Kafka: brokers, the topics that are needed, topics of the products that no pack reads, dead letters. */
export async function checkKafka(target: DoctorTarget): Promise<Finding[]> {
  const logger = createLogger({ service: 'doctor', level: 'silent' });
  const kafka = createKafka({
    brokers: target.kafkaBrokers,
    security: target.kafkaSecurity,
    clientId: 'causeway-doctor',
    logger,
    retry: { retries: 1 },
  });
  const admin = kafka.admin();
  try {
    await kafka.checkAccess();
    await admin.connect();
  } catch (error) {
    return [notReached('kafka', error, 'Check CAUSEWAY_KAFKA_BROKERS and that a broker runs.')];
  }
  try {
    const { brokers } = await admin.describeCluster();
    const packs = await Promise.all(target.packs.map((name) => loadPack(name)));
    const topics = new Set(await admin.listTopics());
    return [
      ok('kafka', `${brokers.length} broker(s)`),
      ...(await checkTopics({ target, packs, topics })),
      ...(target.integration === null ? [] : [await checkMapper(admin, `${target.topicPrefix}causeway.mapper`)]),
      ...(await checkDeadLetters(admin, topicNames(target.topicPrefix).deadLetters, topics)),
    ];
  } finally {
    await admin.disconnect();
  }
}

/** What is declared, and topics of the products that no pack reads. */
async function checkTopics({
  target,
  packs,
  topics,
}: {
  target: DoctorTarget;
  packs: Pack[];
  topics: ReadonlySet<string>;
}): Promise<Finding[]> {
  const names = topicNames(target.topicPrefix);
  const read = packs.flatMap(({ mapping }) => mapping.topics.map((type) => names.product(mapping.product, type)));
  // What connections watch is of no importance here: such topics are made with the first event.
  const reports = await readTopics({ ...target, integration: null });
  const missing = reports.filter(({ status }) => status === 'missing').map(({ topic }) => topic);
  const action = 'causeway topics create; publisher and relay create them as well.';
  const fix = { name: 'topics-create', of: '' } as const;
  const there = reports.filter(({ status }) => status === 'ok').map(({ topic }) => topic);
  const all =
    missing.length === 0
      ? ok('topics', there.join(', '))
      : { ...wrong('topics', `missing: ${missing.join(', ')}`, action), fix };
  const others = reports.filter(({ status }) => status === 'differs').map(differingOf);
  const unread = [...topics].filter(
    (topic) =>
      packs.some(({ product }) => topic.startsWith(`${target.topicPrefix}${product}.`)) && !read.includes(topic),
  );
  const advice = 'Map the events in the pack, or ignore this if nobody in the CRM wants them.';
  return [
    all,
    ...others,
    ...unread.map((topic) =>
      note('topic without mapping', `${topic}: its events stay in Kafka (EVENT_UNMAPPED)`, advice),
    ),
  ];
}

function differingOf({ topic, differences, action }: TopicReport): Finding {
  const said = differences.map(({ what, declared, actual }) => `${what} is ${actual}, declared ${declared}`);
  return note(`topic ${topic}`, said.join(', '), action);
}

/** Whether somebody folds events. */
async function checkMapper(admin: Admin, groupId: string): Promise<Finding> {
  const check = 'mapper';
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members.length ?? 0;
  if (members > 0) return ok(check, `${members} consumers in ${groupId}`);
  return wrong(check, `nobody consumes in ${groupId}`, 'Start a relay; its log says why one ended.');
}

async function checkDeadLetters(admin: Admin, topic: string, topics: ReadonlySet<string>): Promise<Finding[]> {
  if (!topics.has(topic)) return [ok('dead letters', 'none')];
  const offsets = await admin.fetchTopicOffsets(topic);
  const some = offsets.some(({ high, low }) => high !== low);
  if (!some) return [ok('dead letters', 'none')];
  return [
    note('dead letters', `there are records in ${topic}`, 'Read their headers for the reason (OUTBOX_ROW_INVALID).'),
  ];
}
