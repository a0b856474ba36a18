import { asKafkaError, isRefusal } from '../kafka-error.policy.ts';
import type { KafkaConnection } from './kafka.connection.ts';
import { platformaticConnection } from './platformatic.security.ts';

const TIMEOUT_MS = 5000;
const DEFAULT_PORT = 9092;
/** What brokers are told about the software that asks. */
const [SOFTWARE, VERSION] = ['causeway', '1'];

/**
 * Knocks once: connects to the first broker that answers, and asks what it can do. Both clients take a refused certificate for
 * something that passes, and try again for as long as they were told to; who asks here first has one clear answer. A broker
 * that does not answer is no refusal.
 * @throws CausewayError `KAFKA_TLS_REFUSED` or `KAFKA_ACCESS_DENIED`; `KAFKA_UNREACHABLE` when there is no token to be had
 */
export async function checkAccess(connection: KafkaConnection, clientId: string): Promise<void> {
  for (const broker of connection.brokers) {
    const error = await knock(connection, { clientId, broker });
    if (error === null) return;
    const known = asKafkaError(error, { broker });
    // What names a setting does not depend on the broker.
    if (isRefusal(error) || typeof known.details['setting'] === 'string') throw known;
  }
}

/** null when the broker answers, else what is wrong. */
async function knock(
  connection: KafkaConnection,
  { clientId, broker }: { readonly clientId: string; readonly broker: string },
): Promise<unknown> {
  const { Connection, apiVersionsV1 } = await import('@platformatic/kafka');
  const { bootstrapBrokers: _, tlsServerName: named, ...security } = platformaticConnection(connection);
  const options = { ...security, connectTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS };
  const knocking = new Connection(clientId, { ...options, ...(named === undefined ? {} : { tlsServerName: named }) });
  // A server refuses a client's certificate after the client's handshake is over (TLS 1.3): the request under way hears only that
  // the connection was closed.
  let broken: unknown;
  knocking.on('error', (error) => {
    broken ??= error;
  });
  try {
    await knocking.connect(...addressOf(broker));
    await new Promise<void>((resolve, reject) => {
      apiVersionsV1.api(knocking, SOFTWARE, VERSION, (error) => (error ? reject(error) : resolve()));
    });
    return null;
  } catch (error) {
    return broken ?? error;
  } finally {
    await knocking.close().catch(() => undefined);
  }
}

function addressOf(broker: string): [string, number] {
  const [, host = broker, port] = /^(.*):(\d+)$/.exec(broker) ?? [];
  return [host.replace(/^\[(.+)\]$/, '$1'), port === undefined ? DEFAULT_PORT : Number(port)];
}
