import { loadConfig, stackOptions, type Environment } from '#config';
import { dockerAnswers, startDockerStack } from './docker.stack.ts';
import { startKeptStack } from './kept.stack.ts';
import type { Progress, Stack } from './stack.ts';

/**
 * Provides Postgres and Kafka: by addresses of the environment, else Docker, else embedded. Each of the two is provided
 * only if its address is not given.
 * @throws CausewayError `CONFIG_INVALID`; Error when nothing here can provide what is missing.
 */
export async function startStack(options: { readonly progress: Progress; readonly env?: Environment }): Promise<Stack> {
  const config = loadConfig(stackOptions, options.env);
  const given = { postgresUrl: config.stackPostgresUrl ?? '', kafkaBrokers: config.stackKafkaBrokers };
  const needs = {
    postgres: given.postgresUrl === '',
    kafka: given.kafkaBrokers.length === 0,
    cacheFolder: config.cacheFolder,
    progress: options.progress,
  };
  const shared = { postgres: !needs.postgres, kafka: !needs.kafka };
  if (shared.postgres && shared.kafka) {
    return { provider: 'environment', shared, ...given, restart: {}, stop: () => Promise.resolve() };
  }
  const docker = config.stackProvider === 'docker' || (config.stackProvider === 'auto' && (await dockerAnswers()));
  const started = docker ? await startDockerStack(needs) : await startKeptStack(needs);
  return {
    provider: docker ? 'docker' : 'embedded',
    shared,
    postgresUrl: needs.postgres ? started.postgresUrl : given.postgresUrl,
    kafkaBrokers: needs.kafka ? started.kafkaBrokers : given.kafkaBrokers,
    restart: started.restart,
    stop: started.stop,
  };
}
