import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaConnectionOptions, loadConfig } from '#config';
import { isCausewayError } from '#contracts';
import type { EmbeddedStack } from '#stack';
import {
  capturedLogger,
  countingProxy,
  hasJava,
  newAuthority,
  securedKafka,
  silentLogger,
  startOwnServers,
  unsignedToken,
  until,
} from '#testing';
import { groupLag } from '../consumer/group.lag.ts';
import { createKafka } from '../kafka.client.ts';
import { positionRecord, readPosition } from '../position.store.ts';
import { PRODUCER_CLIENTS, createTransactionalProducer } from '../producer.factory.ts';
import { TopicAdmin } from '../topic.admin.ts';
import { kafkaConnection, type KafkaConnection } from './kafka.connection.ts';

const [USER, PASSWORD] = ['causeway', 'ein-geheimes-wort'];
type Settings = Readonly<Record<string, string>>;

let servers: EmbeddedStack;
let folder: string;
let endpoint: Server;
/** Grants that the token endpoint has given. */
let grants = 0;
const paths: Record<string, string> = {};

function file(name: string, content: string): void {
  paths[name] = join(folder, name);
  writeFileSync(paths[name], content, { mode: 0o600 });
}

beforeAll(async () => {
  if (!hasJava()) return;
  folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  const [authority, stranger] = [await newAuthority('authority'), await newAuthority('stranger')];
  const server = await authority.issue({ name: 'broker', hosts: ['127.0.0.1'] });
  servers = await startOwnServers({
    kafka: securedKafka({ server, authority: authority.cert, user: USER, password: PASSWORD }),
  });
  file('authority', authority.cert);
  file('stranger', stranger.cert);
  const identities = {
    client: await authority.issue({ name: 'client' }),
    expired: await authority.issue({ name: 'client', expired: true }),
    forged: await stranger.issue({ name: 'client' }),
  };
  for (const [name, { cert, key }] of Object.entries(identities)) {
    file(`${name}.crt`, cert);
    file(`${name}.key`, key);
  }
  file('token', unsignedToken('causeway', 300));
  file('stale-token', unsignedToken('causeway', -300));
  endpoint = createServer((request, response) => {
    const known = `Basic ${Buffer.from('id:secret').toString('base64')}`;
    const isKnown = request.headers.authorization === known;
    if (isKnown) grants += 1;
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        isKnown ? { access_token: unsignedToken('causeway', 300), expires_in: 300 } : { error: 'invalid_client' },
      ),
    );
  });
  await new Promise<void>((resolve) => {
    endpoint.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(async () => {
  if (!hasJava()) return;
  endpoint.close();
  await servers.stop();
  rmSync(folder, { recursive: true });
});

const TLS = { CAUSEWAY_KAFKA_TLS: 'on', CAUSEWAY_KAFKA_CA_FILE: 'authority' };
const byPassword = (mechanism: string, password = PASSWORD): Settings => ({
  ...TLS,
  CAUSEWAY_KAFKA_SASL_MECHANISM: mechanism,
  CAUSEWAY_KAFKA_USERNAME: USER,
  CAUSEWAY_KAFKA_PASSWORD: password,
});
const byToken = (name: string): Settings => ({
  ...TLS,
  CAUSEWAY_KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  CAUSEWAY_KAFKA_OAUTH_TOKEN_FILE: name,
});
const byGrant = (secret: string): Settings => ({
  ...TLS,
  CAUSEWAY_KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  CAUSEWAY_KAFKA_OAUTH_TOKEN_URL: 'ENDPOINT',
  CAUSEWAY_KAFKA_OAUTH_CLIENT_ID: 'id',
  CAUSEWAY_KAFKA_OAUTH_CLIENT_SECRET: secret,
});
const byCertificate = (name: string): Settings => ({
  ...TLS,
  CAUSEWAY_KAFKA_CERT_FILE: `${name}.crt`,
  CAUSEWAY_KAFKA_KEY_FILE: `${name}.key`,
});

type Listener = 'SASL' | 'MUTUAL' | 'PLAIN';

/** The connection that settings make, with files by their names. */
function connectionTo(listener: Listener, settings: Settings, address?: string): KafkaConnection {
  const { port } = endpoint.address() as AddressInfo;
  const broker = address ?? (listener === 'PLAIN' ? servers.kafkaBrokers[0] : servers.kafkaListeners[listener]) ?? '';
  const env = Object.fromEntries(
    Object.entries({ ...settings, CAUSEWAY_KAFKA_BROKERS: broker }).map(([name, value]) => [
      name,
      value === 'ENDPOINT' ? `http://127.0.0.1:${port}/token` : (paths[value] ?? value),
    ]),
  );
  return kafkaConnection(loadConfig(kafkaConnectionOptions, env));
}

const WAYS_IN: [string, Listener, () => Settings][] = [
  ['PLAIN', 'SASL', () => byPassword('PLAIN')],
  ['SCRAM-SHA-256', 'SASL', () => byPassword('SCRAM-SHA-256')],
  ['SCRAM-SHA-512', 'SASL', () => byPassword('SCRAM-SHA-512')],
  ['OAUTHBEARER from a file', 'SASL', () => byToken('token')],
  ['OAUTHBEARER from an endpoint', 'SASL', () => byGrant('secret')],
  ['a certificate', 'MUTUAL', () => byCertificate('client')],
];

const REFUSED: [string, Listener, () => Settings, string, string][] = [
  ['a wrong password, PLAIN', 'SASL', () => byPassword('PLAIN', 'falsch'), 'KAFKA_ACCESS_DENIED', 'PASSWORD'],
  ['a wrong password, SCRAM', 'SASL', () => byPassword('SCRAM-SHA-512', 'falsch'), 'KAFKA_ACCESS_DENIED', 'PASSWORD'],
  ['a stale token', 'SASL', () => byToken('stale-token'), 'KAFKA_ACCESS_DENIED', 'token'],
  ['a wrong secret at the endpoint', 'SASL', () => byGrant('falsch'), 'KAFKA_ACCESS_DENIED', 'CLIENT_SECRET'],
  [
    'a wrong authority',
    'SASL',
    () => ({ ...byPassword('PLAIN'), CAUSEWAY_KAFKA_CA_FILE: 'stranger' }),
    'KAFKA_TLS_REFUSED',
    'CA_FILE',
  ],
  ['no certificate', 'MUTUAL', () => TLS, 'KAFKA_TLS_REFUSED', 'CERT_FILE'],
  ['an expired certificate', 'MUTUAL', () => byCertificate('expired'), 'KAFKA_TLS_REFUSED', 'CERT_FILE'],
  ['a certificate of nobody', 'MUTUAL', () => byCertificate('forged'), 'KAFKA_TLS_REFUSED', 'CERT_FILE'],
  ['plain text', 'MUTUAL', () => ({}), 'KAFKA_TLS_REFUSED', 'CAUSEWAY_KAFKA_TLS'],
];

// A broker of one's own needs Java: a Docker machine's broker cannot be given these settings.
(hasJava() ? describe : describe.skip)('a Kafka that wants to know who comes', () => {
  it.each(WAYS_IN)('lets admin, both producers, readers and consumers in with %s', async (_, listener, settings) => {
    const connection = connectionTo(listener, settings());
    const kafka = createKafka({ ...connection, clientId: 'spec', logger: silentLogger });
    const admin = new TopicAdmin(kafka);
    const topic = `t${Math.random().toString(36).slice(2)}`;
    await admin.ensure({ topic, partitions: 1, replication: 1 });
    for (const client of PRODUCER_CLIENTS) {
      const producer = await createTransactionalProducer(client, {
        ...connection,
        clientId: 'spec',
        logger: silentLogger,
        transactionalId: `${topic}.${client}`,
        transactionTimeoutMs: 30_000,
      });
      await producer.init();
      await producer.sendTransaction([positionRecord(topic, { key: 'here', value: Buffer.from(client) })]);
      await producer.close();
      // The commit is answered before its marker is written, and until then the record counts as open.
      const stored = () => readPosition({ ...connection, clientId: 'spec', topic, timeoutMs: 60_000 }, 'here');
      await until(async () => (await stored())?.toString() === client);
    }
    const consumer = kafka.consumer({ groupId: `${topic}.group` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const seen: string[] = [];
    await consumer.run({
      eachMessage: ({ message }) => {
        seen.push(message.value?.toString() ?? '');
        return Promise.resolve();
      },
    });
    await until(() => seen.length === PRODUCER_CLIENTS.length);
    await consumer.disconnect();
    expect(seen).toEqual([...PRODUCER_CLIENTS]);
    expect(await groupLag({ kafka, ...connection, groupId: `${topic}.group`, topics: [topic] })).toBe(0);
    await admin.close();
  });

  it('asks the token endpoint once, whatever the number of connections', async () => {
    const before = grants;
    const connection = connectionTo('SASL', byGrant('secret'));
    const admins = [1, 2].map(
      () => new TopicAdmin(createKafka({ ...connection, clientId: 'spec', logger: silentLogger })),
    );
    await Promise.all(admins.map((admin) => admin.describe('nothing')));
    await Promise.all(admins.map((admin) => admin.close()));
    expect(grants - before).toBe(1);
  });
});

type Part = (connection: KafkaConnection, logger: typeof silentLogger) => Promise<unknown>;
const producerPart =
  (client: (typeof PRODUCER_CLIENTS)[number]): Part =>
  async (connection, logger) => {
    const options = { clientId: 'spec', logger, transactionalId: 'refused', transactionTimeoutMs: 30_000 };
    const producer = await createTransactionalProducer(client, { ...connection, ...options });
    try {
      await producer.init();
    } finally {
      await producer.close().catch(() => undefined);
    }
  };
const PARTS: Record<string, Part> = {
  admin: async (connection, logger) => {
    const admin = new TopicAdmin(createKafka({ ...connection, clientId: 'spec', logger }));
    try {
      await admin.describe('x');
    } finally {
      await admin.close();
    }
  },
  platformatic: producerPart('platformatic'),
  kafkajs: producerPart('kafkajs'),
  reader: (connection) => readPosition({ ...connection, clientId: 'spec', topic: 'x', timeoutMs: 60_000 }, 'here'),
};

// A broker of one's own needs Java: a Docker machine's broker cannot be given these settings.
(hasJava() ? describe : describe.skip)('a Kafka that refuses', () => {
  it.each(REFUSED)('%s is one clear error for every client, after one connection', async (...given) => {
    const [, listener, settings, code, setting] = given;
    const target = listener === 'PLAIN' ? servers.kafkaBrokers[0] : servers.kafkaListeners[listener];
    for (const [name, part] of Object.entries(PARTS)) {
      await using proxy = await countingProxy(target ?? '');
      const { logger, lines } = capturedLogger();
      const error: unknown = await part(connectionTo(listener, settings(), proxy.address), logger).catch(
        (thrown: unknown) => thrown,
      );
      if (!isCausewayError(error)) throw new Error(`${name} was let in, or failed otherwise`, { cause: error });
      expect({ name, code: error.code }).toEqual({ name, code });
      expect(String(error.details['setting'])).toContain(setting);
      // One that fails, and no more than another that was begun before that was known.
      expect(proxy.count()).toBeLessThanOrEqual(2);
      expect(`${error.message}${JSON.stringify(lines)}`).not.toMatch(/ein-geheimes-wort|falsch|BEGIN|\n/);
    }
  });

  it('is out of reach while the token endpoint does not answer', async () => {
    const settings = { ...byGrant('secret'), CAUSEWAY_KAFKA_OAUTH_TOKEN_URL: 'http://127.0.0.1:1/token' };
    const admin = PARTS['admin']?.(connectionTo('SASL', settings), silentLogger);
    await expect(admin).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
  });
});
