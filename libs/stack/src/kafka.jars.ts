import { mavenJars } from './maven.jars.ts';
import type { Progress } from './stack.ts';

export const KAFKA_VERSION = '4.1.1';

/** The folder with Kafka's jars: what its own distribution would bring, and a logger that writes to standard error. */
export function kafkaJars(options: { readonly cacheFolder: string; readonly progress: Progress }): Promise<string> {
  return mavenJars({
    name: `kafka-${KAFKA_VERSION}`,
    artifacts: [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'],
    message: `fetching Apache Kafka ${KAFKA_VERSION} (54 MB, once a machine)`,
    ...options,
  });
}
