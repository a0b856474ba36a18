import { Base } from '@platformatic/kafka';
import { asKafkaError, isRefusal } from '../kafka-error.policy.ts';
import type { KafkaConnection } from './kafka.connection.ts';
import { platformaticConnection } from './platformatic.security.ts';

const TIMEOUT_MS = 5000;

/**
 * Knocks once: connects to the first broker that lets the client in, and asks what it can do. kafkajs takes a refused certificate
 * for something that passes, and tries again for as long as it was told to; who asks here first has one clear answer.
 * A broker that does not answer is no refusal.
 * @throws CausewayError `KAFKA_TLS_REFUSED` or `KAFKA_ACCESS_DENIED`
 */
export async function checkAccess(connection: KafkaConnection, clientId: string): Promise<void> {
  const client = new Base({
    clientId,
    ...platformaticConnection(connection),
    retries: 0,
    connectTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
  });
  try {
    await client.listApis();
  } catch (error) {
    if (isRefusal(error)) throw asKafkaError(error, { brokers: connection.brokers.join(',') });
  } finally {
    await client.close().catch(() => undefined);
  }
}
