import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaConnectionOptions, loadConfig } from '#config';
import { kafkaConnection } from '#kafka';
import { examine, listDeadLetters, listParkedKeys, resendWindow } from '#operations';
import type { EmbeddedStack } from '#stack';
import { countingProxy, hasJava, newAuthority, securedKafka, securedPostgres, startOwnServers, until } from '#testing';
import { openPublisher, readOrders, type PublisherContext, type Settings } from '../test/publisher.context.ts';

const [USER, PASSWORD, WRONG] = ['causeway', 'ein-geheimes-wort', 'ein-falsches-wort'];
/** Three processes start at once, from their sources. */
const PATIENT = { timeoutMs: 90_000 };
let servers: EmbeddedStack;
let context: PublisherContext;
let folder: string;
let kafka: Settings;

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

beforeAll(async () => {
  if (!hasJava()) return;
  folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  const [authority, stranger] = [await newAuthority('authority'), await newAuthority('stranger')];
  const server = await authority.issue({ name: 'server', hosts: ['127.0.0.1'] });
  const machine = await authority.issue({ name: 'machine' });
  servers = await startOwnServers({
    postgres: securedPostgres(server, authority.cert),
    kafka: securedKafka({ server, authority: authority.cert, user: USER, password: PASSWORD }),
  });
  context = await openPublisher({ adminUrl: servers.postgresUrl, brokers: servers.kafkaBrokers.join(',') });
  await context.client.query(`create role app login replication password '${PASSWORD}'`);
  await context.client.query('create role machine login replication');
  await context.client.query('grant causeway_publisher to app, machine');
  file('stranger.crt', stranger.cert);
  file('machine.crt', machine.cert);
  file('machine.key', machine.key);
  file('password', `${PASSWORD}\n`);
  kafka = {
    CAUSEWAY_KAFKA_BROKERS: servers.kafkaListeners['SASL'] ?? '',
    CAUSEWAY_KAFKA_TLS: 'on',
    CAUSEWAY_KAFKA_CA_FILE: file('authority.crt', authority.cert),
    CAUSEWAY_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    CAUSEWAY_KAFKA_USERNAME: USER,
    CAUSEWAY_KAFKA_PASSWORD_FILE: join(folder, 'password'),
  };
});
afterAll(async () => {
  if (!hasJava()) return;
  await context[Symbol.asyncDispose]();
  await servers.stop();
  rmSync(folder, { recursive: true });
});

/** The product's database for a role, over TLS; by another address if one is given. */
function urlFor(role: string, parameters: Settings = {}, address?: string): string {
  const url = new URL(context.url);
  [url.username, url.password] = [role, ''];
  if (address !== undefined) url.host = address;
  url.searchParams.set('sslmode', 'verify-full');
  url.searchParams.set('sslrootcert', join(folder, 'authority.crt'));
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.toString();
}

// A broker of one's own needs Java: a Docker machine's broker cannot be given these settings.
(hasJava() ? describe : describe.skip)('a publisher between secured servers', () => {
  it.each(['platformatic', 'kafkajs'])(
    'brings a row to Kafka and finds its position again, with %s',
    async (producer) => {
      const settings = {
        ...kafka,
        CAUSEWAY_PRODUCER: producer,
        CAUSEWAY_SOURCE_URL: urlFor('machine', {
          sslcert: join(folder, 'machine.crt'),
          sslkey: join(folder, 'machine.key'),
        }),
      };
      const before = await context.read('shop.order').catch(() => []);
      const first = await context.start(settings);
      await context.emit(`${producer}-1`);
      await readOrders(context, before.length + 1);
      await first.stop();
      const second = await context.start(settings);
      await context.emit(`${producer}-2`);
      const orders = await readOrders(context, before.length + 2);
      await second.stop();
      const keys = orders.map(({ key }) => key).filter((key) => key?.startsWith(producer));
      // In which order partitions are read says nothing; each came once.
      expect(new Set(keys)).toEqual(new Set([`${producer}-1`, `${producer}-2`]));
      expect(keys).toHaveLength(2);
      const { rows } = await context.client.query<{ tls: boolean }>(
        'select bool_and(ssl) as tls from pg_stat_ssl join pg_stat_activity using (pid) where usename = $1',
        ['machine'],
      );
      expect(rows[0]?.tls).not.toBe(false);
    },
  );

  it('regression: verbs and the doctor reach a secured Kafka for positions, dead letters, parked keys and a resend', async () => {
    const url = urlFor('app', { passfile: file('verbs', `*:*:*:app:${PASSWORD}\n`) });
    const publisher = await context.start({ ...kafka, CAUSEWAY_SOURCE_URL: url });
    await context.emit('verbs');
    await readOrders(context, 1);
    await publisher.stop();
    const { brokers, security } = kafkaConnection(loadConfig(kafkaConnectionOptions, kafka));
    const target = { ...context.target, kafkaBrokers: brokers, kafkaSecurity: security };
    expect(await listDeadLetters(target, 10)).toEqual([]);
    expect(await listParkedKeys(target)).toEqual([]);
    const window = { from: '1970-01-01', to: '9999-12-31', besidePublisher: false };
    const resent = await resendWindow(target, window);
    expect([resent.sent, resent.refused]).toEqual([resent.rows, []]);
    const findings = await examine({
      ...target,
      packs: [],
      topics: { partitions: 1, replication: 1, retentionMs: undefined },
      sources: [target],
      integration: null,
      services: [],
    });
    expect(findings.filter(({ check }) => check === 'shop: position')).toEqual([
      expect.objectContaining({ status: 'ok' }),
    ]);
  });

  it('stops with one line and few connections at a wrong password or certificate, and goes on once it is right', async () => {
    const address = new URL(context.url).host;
    await using toPostgres = await countingProxy(address);
    await using toKafka = await countingProxy(kafka['CAUSEWAY_KAFKA_BROKERS'] ?? '');
    await using toStranger = await countingProxy(kafka['CAUSEWAY_KAFKA_BROKERS'] ?? '');
    const passfile = file('pgpass', `*:*:*:app:${WRONG}\n`);
    const right = { passfile: file('right', `*:*:*:app:${PASSWORD}\n`) };
    const { CAUSEWAY_KAFKA_PASSWORD_FILE: _, ...unnamed } = kafka;
    const cases = {
      POSTGRES_ACCESS_DENIED: context.spawn({
        ...kafka,
        CAUSEWAY_SOURCE_URL: urlFor('app', { passfile }, toPostgres.address),
      }),
      KAFKA_ACCESS_DENIED: context.spawn({
        ...unnamed,
        CAUSEWAY_SOURCE_URL: urlFor('app', right),
        CAUSEWAY_KAFKA_BROKERS: toKafka.address,
        CAUSEWAY_KAFKA_PASSWORD: WRONG,
      }),
      KAFKA_TLS_REFUSED: context.spawn({
        ...kafka,
        CAUSEWAY_SOURCE_URL: urlFor('app', right),
        CAUSEWAY_KAFKA_BROKERS: toStranger.address,
        CAUSEWAY_KAFKA_CA_FILE: join(folder, 'stranger.crt'),
      }),
    };
    for (const [code, publisher] of Object.entries(cases)) {
      const line = await publisher.line('publishing stopped: a person must act', PATIENT);
      expect(line).toMatchObject({ code, level: 'error' });
      expect(line.reason).not.toContain('\n');
      expect(await publisher.get('/ready')).toContain(code);
    }
    const from = performance.now();
    await until(() => performance.now() - from > 4000);
    for (const publisher of Object.values(cases)) {
      expect(publisher.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
      const said = `${JSON.stringify(publisher.lines)}${await publisher.get('/metrics')}`;
      expect(said).not.toMatch(/ein-(geheimes|falsches)-wort|PRIVATE KEY/);
    }
    // Mostly one, and the next after ten seconds; clients left to themselves would have made dozens.
    for (const proxy of [toPostgres, toKafka, toStranger]) expect(proxy.count()).toBeLessThanOrEqual(5);
    await Promise.all([cases.KAFKA_ACCESS_DENIED.kill('SIGKILL'), cases.KAFKA_TLS_REFUSED.kill('SIGKILL')]);
    writeFileSync(passfile, `*:*:*:app:${PASSWORD}\n`);
    await cases.POSTGRES_ACCESS_DENIED.line('streaming', PATIENT);
    await cases.POSTGRES_ACCESS_DENIED.kill('SIGTERM');
  });
});
