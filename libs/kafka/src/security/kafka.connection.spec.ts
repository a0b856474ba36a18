import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaConnectionOptions, loadConfig, summariseConfig } from '#config';
import { isCausewayError } from '#contracts';
import { kafkaConnection, type KafkaConnection } from './kafka.connection.ts';
import { kafkajsSecurity } from './kafkajs.security.ts';
import { platformaticConnection } from './platformatic.security.ts';

let folder: string;
const pem = (name: string): string => `-----BEGIN ${name}-----\n`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-pem-'));
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, name), pem(name));
  writeFileSync(join(folder, 'text'), 'no certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

type Settings = Readonly<Record<string, string>>;

/** Settings without their prefix; `@` begins the name of a file. */
function connectionOf(settings: Settings): KafkaConnection {
  const env = Object.fromEntries(
    Object.entries({ BROKERS: 'a:9092,b:9092', ...settings }).map(([name, value]) => [
      `CAUSEWAY_KAFKA_${name}`,
      value.startsWith('@') ? join(folder, value.slice(1)) : value,
    ]),
  );
  return kafkaConnection(loadConfig(kafkaConnectionOptions, env));
}

const SCRAM = { SASL_MECHANISM: 'SCRAM-SHA-512', USERNAME: 'u', PASSWORD: 'p' };
const OAUTH = { SASL_MECHANISM: 'OAUTHBEARER' };

describe('the connection that settings describe', () => {
  it.each<[string, Settings, KafkaConnection['security']]>([
    ['plain text', {}, undefined],
    ['TLS by the authorities of Node', { TLS: 'on' }, { tls: {} }],
    ['TLS by an authority of its own', { TLS: 'on', CA_FILE: '@ca' }, { tls: { ca: pem('ca') } }],
    [
      'a certificate',
      { TLS: 'on', CERT_FILE: '@cert', KEY_FILE: '@key', KEY_PASSWORD: 'x' },
      { tls: { cert: pem('cert'), key: pem('key'), passphrase: 'x' } },
    ],
    ['a login', SCRAM, { sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' } }],
  ])('%s', (_, settings, security) => {
    expect(connectionOf(settings)).toEqual({ brokers: ['a:9092', 'b:9092'], ...(security && { security }) });
  });

  it.each<[Settings, string]>([
    [{ CA_FILE: '@ca' }, 'CAUSEWAY_KAFKA_CA_FILE needs CAUSEWAY_KAFKA_TLS=on'],
    [{ TLS: 'on', CERT_FILE: '@cert' }, 'need each other'],
    [{ TLS: 'on', CA_FILE: '@none' }, 'CAUSEWAY_KAFKA_CA_FILE names a file that cannot be read'],
    [{ TLS: 'on', CA_FILE: '@text' }, 'CAUSEWAY_KAFKA_CA_FILE names a file that is not in the form PEM'],
    [{ USERNAME: 'u' }, 'CAUSEWAY_KAFKA_USERNAME needs CAUSEWAY_KAFKA_SASL_MECHANISM'],
    [{ SASL_MECHANISM: 'PLAIN', USERNAME: 'u' }, 'PLAIN needs CAUSEWAY_KAFKA_USERNAME and CAUSEWAY_KAFKA_PASSWORD'],
    [OAUTH, 'OAUTHBEARER needs either'],
    [{ ...OAUTH, OAUTH_TOKEN_URL: 'http://t', OAUTH_TOKEN_FILE: '@text' }, 'OAUTHBEARER needs either'],
    [{ ...OAUTH, OAUTH_TOKEN_URL: 'http://t' }, 'needs CAUSEWAY_KAFKA_OAUTH_CLIENT_ID'],
  ])('%j is refused', (settings, problem) => {
    try {
      connectionOf(settings);
    } catch (error) {
      if (!isCausewayError(error, 'CONFIG_INVALID')) throw error;
      expect(error.message).toContain(problem);
      return;
    }
    throw new Error('was taken');
  });

  it('shows no secret in the summary of a start', () => {
    const env = {
      CAUSEWAY_KAFKA_BROKERS: 'a:1',
      CAUSEWAY_KAFKA_PASSWORD: 'geheim',
      CAUSEWAY_KAFKA_KEY_PASSWORD: 'geheim',
    };
    const config = loadConfig(kafkaConnectionOptions, { ...env, CAUSEWAY_KAFKA_OAUTH_CLIENT_SECRET: 'geheim' });
    const summary = summariseConfig(kafkaConnectionOptions, config);
    expect(JSON.stringify(summary)).not.toContain('geheim');
    expect(summary).toMatchObject({ kafkaPassword: 'set', kafkaKeyPassword: 'set', kafkaOauthClientSecret: 'set' });
  });
});

describe('what the clients are given', () => {
  it('nothing about security in plain text', () => {
    expect(kafkajsSecurity(connectionOf({}).security)).toEqual({});
    expect(platformaticConnection(connectionOf({}))).toEqual({ bootstrapBrokers: ['a:9092', 'b:9092'] });
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s', (mechanism) => {
    const connection = connectionOf({ ...SCRAM, SASL_MECHANISM: mechanism, TLS: 'on', CA_FILE: '@ca' });
    expect(kafkajsSecurity(connection.security)).toEqual({
      ssl: { ca: pem('ca') },
      sasl: { mechanism: mechanism.toLowerCase(), username: 'u', password: 'p' },
    });
    expect(platformaticConnection(connection)).toMatchObject({
      tls: { ca: pem('ca') },
      tlsServerName: true,
      sasl: { mechanism, username: 'u', password: 'p' },
    });
  });

  it.each([
    ['a:9092', true],
    ['a', true],
    ['127.0.0.1:9092', false],
    ['[::1]:9092', false],
    ['a:9092,127.0.0.1:9092', false],
  ])('tells the server the name of %s: %s', (brokers, named) => {
    expect(platformaticConnection(connectionOf({ TLS: 'on', BROKERS: brokers })).tlsServerName).toBe(named);
  });

  it('reads the token of a file for each login', async () => {
    const path = join(folder, 'token');
    const { sasl } = connectionOf({ ...OAUTH, OAUTH_TOKEN_FILE: path }).security ?? {};
    if (sasl?.mechanism !== 'OAUTHBEARER') throw new Error('no token');
    await expect(sasl.token()).rejects.toMatchObject({ code: 'KAFKA_ACCESS_DENIED' });
    for (const token of ['first', 'second']) {
      writeFileSync(path, `${token}\n`);
      expect(await sasl.token()).toBe(token);
    }
  });
});
