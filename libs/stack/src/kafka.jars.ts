import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from './child.process.ts';
import { withFolderLock } from './folder.lock.ts';
import type { Progress } from './stack.ts';

export const KAFKA_VERSION = '4.1.1';

/** Maven resolves what Kafka's own distribution would bring: the broker and a logger that writes to standard error. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>causeway</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/**
 * The folder with Kafka's jars, resolved by Maven once a machine. The folder appears whole or not at all, so two clones
 * that start at the same time cannot see half of it.
 */
export async function kafkaJars(options: {
  readonly cacheFolder: string;
  readonly progress: Progress;
}): Promise<string> {
  const cache = options.cacheFolder === '' ? join(homedir(), '.cache', 'causeway') : options.cacheFolder;
  const folder = join(cache, `kafka-${KAFKA_VERSION}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // The lock keeps two Mavens out of the one local repository, which is not safe for concurrent writers.
  await withFolderLock(join(cache, 'kafka.lock'), async () => {
    if (existsSync(folder)) return;
    options.progress(`fetching Apache Kafka ${KAFKA_VERSION} (54 MB, once a machine)`);
    const work = await mkdtemp(join(cache, 'resolving-'));
    try {
      await writeFile(join(work, 'pom.xml'), POM);
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
      const args = ['-q', '-B', goal, '-DincludeScope=runtime', '-DoutputDirectory=libs'];
      await runToEnd(spawn('mvn', args, { cwd: work }), 'mvn (needed to fetch Kafka when there is no Docker)');
      await rename(join(work, 'libs'), folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return folder;
}
