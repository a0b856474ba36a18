import { createKafka } from '#kafka';
import { createLogger } from '#observability';

/** Removes the topics and consumer groups of a run from a Kafka that others use too. Without a prefix nothing is ours alone. */
export async function deleteTopics(brokers: readonly string[], prefix: string): Promise<void> {
  if (prefix === '') return;
  const logger = createLogger({ service: 'cleanup', level: 'silent' });
  const admin = createKafka({ brokers, clientId: 'causeway-cleanup', logger }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const { groups } = await admin.listGroups();
    const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix));
    if (ours.length > 0) await admin.deleteGroups(ours);
  } finally {
    await admin.disconnect();
  }
}
