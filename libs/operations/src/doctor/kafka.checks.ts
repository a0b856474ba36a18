import type { Admin } from 'kafkajs';
import { topicNames } from '#contracts';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { loadPack, type Pack } from '#packs';
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
      ...checkTopics({ target, packs, topics }),
      ...(await checkDeadLetters(admin, topicNames(target.topicPrefix).deadLetters, topics)),
    ];
  } finally {
    await admin.disconnect();
  }
}

function checkTopics({
  target,
  packs,
  topics,
}: {
  target: DoctorTarget;
  packs: Pack[];
  topics: ReadonlySet<string>;
}): Finding[] {
  const names = topicNames(target.topicPrefix);
  const read = packs.flatMap(({ mapping }) => mapping.topics.map((type) => names.product(mapping.product, type)));
  const needed = [...read, names.positions];
  const missing = needed.filter((topic) => !topics.has(topic));
  const present = wrong(
    'topics',
    `missing: ${missing.join(', ')}`,
    'Start publisher and relay: they create their topics.',
  );
  const all = missing.length === 0 ? ok('topics', needed.join(', ')) : present;
  const unread = [...topics].filter(
    (topic) =>
      packs.some(({ product }) => topic.startsWith(`${target.topicPrefix}${product}.`)) && !read.includes(topic),
  );
  const action = 'Map the events in the pack, or ignore this if nobody in the CRM wants them.';
  return [
    all,
    ...unread.map((topic) =>
      note('topic without mapping', `${topic}: its events stay in Kafka (EVENT_UNMAPPED)`, action),
    ),
  ];
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
