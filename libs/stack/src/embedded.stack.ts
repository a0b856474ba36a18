import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedSetup } from './embedded.setup.ts';
import { startEmbeddedKafka } from './kafka.embedded.ts';
import { kafkaJars } from './kafka.jars.ts';
import { startEmbeddedPostgres } from './postgres.embedded.ts';
import type { Progress, Stack } from './stack.ts';

export interface EmbeddedNeeds {
  readonly postgres: boolean;
  readonly kafka: boolean;
  readonly cacheFolder: string;
  readonly progress: Progress;
  readonly setup?: EmbeddedSetup | undefined;
}

export interface EmbeddedStack extends Omit<Stack, 'provider' | 'shared'> {
  /** Name -> address of each listener of the set-up. */
  readonly kafkaListeners: Readonly<Record<string, string>>;
}

/** Starts Postgres and Kafka as child processes with their data in one temporary folder, which goes when they stop. */
export async function startEmbeddedStack(needs: EmbeddedNeeds): Promise<EmbeddedStack> {
  const jars = needs.kafka ? await kafkaJars(needs) : '';
  const folder = await mkdtemp(join(tmpdir(), 'causeway-'));
  await chmod(folder, 0o755);
  needs.progress('starting embedded Postgres and Kafka');
  const results = await Promise.allSettled([
    needs.postgres ? startEmbeddedPostgres(folder, needs.setup?.postgres) : undefined,
    needs.kafka ? startEmbeddedKafka({ jars, folder, setup: needs.setup?.kafka }) : undefined,
  ]);
  const [postgres, kafka] = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
  const stop = async (): Promise<void> => {
    await Promise.all([postgres?.stop(), kafka?.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return {
    postgresUrl: postgres !== undefined && 'url' in postgres ? postgres.url : '',
    kafkaBrokers: kafka !== undefined && 'brokers' in kafka ? kafka.brokers : [],
    restart: {
      ...(postgres !== undefined && 'url' in postgres ? { postgres: postgres.restart } : {}),
      ...(kafka !== undefined && 'brokers' in kafka ? { kafka: kafka.restart } : {}),
    },
    kafkaListeners: kafka !== undefined && 'listeners' in kafka ? kafka.listeners : {},
    stop,
  };
}
