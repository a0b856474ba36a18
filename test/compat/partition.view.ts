import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig, stackOptions } from '#config';
import { kafkaJars } from '#stack';

/** A record's place as Kafka's own Java client sees it. */
export interface JavaView {
  readonly partition: number;
  /** What Java computes for the key; undefined for a record without one. */
  readonly expected: number | undefined;
  readonly key: Buffer | null;
}

/** Java runs a single source file only where its compiler is. */
export function hasJavaCompiler(): boolean {
  // Where there is no Java at all, nothing was said.
  return String(spawnSync('java', ['--list-modules']).stdout).includes('jdk.compiler@');
}

/** All committed records of a topic, read by the Java client, which also computes where each should be. */
export async function viewPartitions(brokers: readonly string[], topic: string): Promise<JavaView[]> {
  const { cacheFolder } = loadConfig(stackOptions);
  const jars = await kafkaJars({ cacheFolder, progress: () => undefined });
  const program = fileURLToPath(new URL('PartitionView.java', import.meta.url));
  const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const logging = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
  const { stdout } = await promisify(execFile)(
    'java',
    [...flags, logging, '-cp', join(jars, '*'), program, brokers.join(','), topic],
    { timeout: 90_000, maxBuffer: 16 * 1024 * 1024 },
  );
  return stdout.trimEnd().split('\n').map(readLine);
}

function readLine(line: string): JavaView {
  const [partition, expected, key = ''] = line.split(' ');
  return {
    partition: Number(partition),
    expected: expected === '-1' ? undefined : Number(expected),
    key: key === 'null' ? null : Buffer.from(key.slice(1), 'base64'),
  };
}
