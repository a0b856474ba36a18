import kafkajs from 'kafkajs';
import { asKafkaError } from './kafka-error.policy.ts';
import type { KafkaClient } from './kafka.client.ts';

// kafkajs is CommonJS, and Node finds only some of its names; this one comes with the default export alone.
const { ConfigResourceTypes } = kafkajs;

/** A topic as the brokers have it. */
export interface InspectedTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of the partition that has fewest. */
  readonly replication: number;
  /** All settings by Kafka's names, those of the broker where the topic has none of its own; empty where they may not be read. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Those of the topics that exist, with their settings, in three requests.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED`, `KAFKA_TLS_REFUSED`
 */
export async function inspectTopics(
  kafka: KafkaClient,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, InspectedTopic>> {
  await kafka.checkAccess();
  const admin = kafka.admin();
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const names = wanted.filter((topic) => there.has(topic));
    if (names.length === 0) return new Map();
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const settings = await admin
      .describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
      })
      .catch(() => null);
    return new Map(
      topics.map(({ name, partitions }) => {
        const entries = settings?.resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
        const own = Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
        const replication = Math.min(...partitions.map(({ replicas }) => replicas.length));
        return [name, { topic: name, partitions: partitions.length, replication, settings: own }];
      }),
    );
  } catch (error) {
    throw asKafkaError(error);
  } finally {
    await admin.disconnect();
  }
}

/** Names of the topics that exist and that are meant, in alphabetical order. @throws as `inspectTopics` does */
export async function topicsAmong(kafka: KafkaClient, isMeant: (topic: string) => boolean): Promise<string[]> {
  await kafka.checkAccess();
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.listTopics()).filter(isMeant).toSorted();
  } catch (error) {
    throw asKafkaError(error);
  } finally {
    await admin.disconnect();
  }
}
