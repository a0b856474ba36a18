import type { EmbeddedStack } from '#stack';
import { hasJava, newAuthority, securedKafka, silentLogger, startOwnServers, until } from '#testing';
import { readPosition, positionRecord } from '../position.store.ts';
import { PRODUCER_CLIENTS, createTransactionalProducer, type ProducerClient } from '../producer.factory.ts';
import { createKafka } from '../kafka.client.ts';
import { TopicAdmin } from '../topic.admin.ts';
import type { KafkaConnection, PasswordMechanism } from './kafka.connection.ts';

const [username, password] = ['causeway', 'ein-geheimes-wort'];
/** A login lasts so long: the broker ends a connection that asks for anything later. */
const LOGIN_MS = 4500;
const LOGINS = 2.2;

let servers: EmbeddedStack;
let authority: string;

beforeAll(async () => {
  if (!hasJava()) return;
  const issuer = await newAuthority('authority');
  authority = issuer.cert;
  const server = await issuer.issue({ name: 'broker', hosts: ['127.0.0.1'] });
  const setup = securedKafka({ server, authority, user: username, password });
  servers = await startOwnServers({
    kafka: { ...setup, settings: { ...setup.settings, 'connections.max.reauth.ms': String(LOGIN_MS) } },
  });
});

afterAll(() => (hasJava() ? servers.stop() : undefined));

const CASES = PRODUCER_CLIENTS.flatMap((client) =>
  (['PLAIN', 'SCRAM-SHA-256'] as const).map((mechanism) => ({ client, mechanism })),
);

// A broker of one's own needs Java: a Docker machine's broker cannot be given these settings.
(hasJava() ? describe : describe.skip)('a Kafka whose logins expire', () => {
  it('is written to through several of them, transaction by transaction, with both clients and by admin', async () => {
    const connectionOf = (mechanism: PasswordMechanism): KafkaConnection => ({
      brokers: [servers.kafkaListeners['SASL'] ?? ''],
      security: { tls: { ca: authority }, sasl: { mechanism, username, password } },
    });
    const options = { ...connectionOf('PLAIN'), clientId: 'spec', logger: silentLogger };
    const admin = new TopicAdmin(createKafka(options));
    const topics = CASES.map(({ client, mechanism }) => `reauth.${client}.${mechanism}`);
    for (const topic of topics) await admin.ensure({ topic, partitions: 1, replication: 1 });
    const written = await Promise.all(
      CASES.map(({ client, mechanism }) =>
        writeFor(LOGIN_MS * LOGINS, {
          client,
          connection: connectionOf(mechanism),
          topic: `reauth.${client}.${mechanism}`,
        }),
      ),
    );
    // Its connection was idle for longer than its login lasts.
    for (const topic of topics) expect(await admin.describe(topic)).toMatchObject({ partitions: 1 });
    await admin.close();
    // The last commit was answered before its marker was written, and until then its record counts as open.
    for (const [index, topic] of topics.entries()) {
      const stored = () => readPosition({ ...options, topic, timeoutMs: 60_000 }, 'n');
      await until(async () => Number(await stored()) === written[index]);
    }
    for (const count of written) expect(count).toBeGreaterThan(LOGINS);
  });
});

/** Transactions one behind the other; gives how many there were. */
async function writeFor(
  ms: number,
  { client, connection, topic }: { client: ProducerClient; connection: KafkaConnection; topic: string },
): Promise<number> {
  const options = { clientId: 'spec', logger: silentLogger, transactionalId: topic, transactionTimeoutMs: 20_000 };
  const producer = await createTransactionalProducer(client, { ...connection, ...options });
  try {
    await producer.init();
    const end = performance.now() + ms;
    let stored = 0;
    while (performance.now() < end) {
      await producer.sendTransaction([positionRecord(topic, { key: 'n', value: Buffer.from(String(stored + 1)) })]);
      stored += 1;
    }
    return stored;
  } finally {
    await producer.close();
  }
}
