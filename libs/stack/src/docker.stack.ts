import type { Progress, Stack } from './stack.ts';

export const POSTGRES_IMAGE = 'postgres:18';
export const KAFKA_IMAGE = 'apache/kafka:4.1.1';

/** True when a Docker engine answers; testcontainers finds it by the same settings as the docker command. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
}

export interface DockerNeeds {
  readonly postgres: boolean;
  readonly kafka: boolean;
  readonly progress: Progress;
}

/** Starts Postgres and Kafka in containers; testcontainers' reaper removes them even when this process is killed. */
export async function startDockerStack(needs: DockerNeeds): Promise<Omit<Stack, 'provider' | 'shared'>> {
  needs.progress('starting Postgres and Kafka in Docker');
  const [postgres, kafka] = await Promise.all([
    needs.postgres ? startPostgresContainer() : undefined,
    needs.kafka ? startKafkaContainer() : undefined,
  ]);
  return {
    postgresUrl: postgres?.url ?? '',
    kafkaBrokers: kafka === undefined ? [] : [kafka.broker],
    restart: {},
    stop: async () => {
      await Promise.all([postgres?.stop(), kafka?.stop()]);
    },
  };
}

async function startPostgresContainer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: 'trust' })
    .withCommand([
      'postgres',
      '-c',
      'wal_level=logical',
      '-c',
      'max_replication_slots=64',
      '-c',
      'max_wal_senders=64',
      '-c',
      'max_connections=300',
      '-c',
      'max_prepared_transactions=16',
    ])
    .withExposedPorts(5432)
    // The image starts a first server for its set-up: only the second line is the one that counts.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return {
    url: `postgres://postgres@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
    stop: () => container.stop().then(() => undefined),
  };
}

/** The broker must advertise the mapped port, which is known only once the container runs: so the port is chosen first. */
async function startKafkaContainer(): Promise<{ broker: string; stop: () => Promise<void> }> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { freePort } = await import('./free.port.ts');
  const port = await freePort();
  const container = await new GenericContainer(KAFKA_IMAGE)
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return { broker: `127.0.0.1:${port}`, stop: () => container.stop().then(() => undefined) };
}
