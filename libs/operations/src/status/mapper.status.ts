import { topicNames } from '#contracts';
import { createKafka, groupBacklog, topicsAmong, type Waiting } from '#kafka';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import type { DoctorTarget } from '../doctor/doctor.target.ts';

const CLIENT_ID = 'causeway-status';
/** A person waits in front of it. */
const RETRY = { retries: 1, initialRetryTime: 100 };

/**
 * What lies in Kafka that the mapper has not folded yet.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED`, `KAFKA_TLS_REFUSED`, or what kafkajs says
 */
export async function readMapperBacklog(target: DoctorTarget): Promise<Waiting> {
  const logger = createLogger({ service: CLIENT_ID, level: 'silent' });
  const { kafkaBrokers: brokers, kafkaSecurity: security, topicPrefix } = target;
  const kafka = createKafka({ brokers, security, clientId: CLIENT_ID, logger, retry: RETRY });
  const names = topicNames(topicPrefix);
  const packs = await Promise.all(target.packs.map((name) => loadPack(name)));
  const wanted = packs.flatMap(({ mapping }) => mapping.topics.map((topic) => names.product(mapping.product, topic)));
  const topics = await topicsAmong(kafka, (topic) => wanted.includes(topic));
  if (topics.length === 0) return { records: 0, oldestAt: null };
  return groupBacklog({ kafka, brokers, security, groupId: `${topicPrefix}causeway.mapper`, topics });
}
