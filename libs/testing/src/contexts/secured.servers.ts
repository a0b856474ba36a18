import { spawnSync } from 'node:child_process';
import { loadConfig, stackOptions } from '#config';
import { startKeptStack, type EmbeddedStack, type KafkaSetup, type PostgresSetup } from '#stack';
import type { Identity } from '../certificates.ts';

/**
 * A Postgres of one's own that speaks TLS only, except for the superuser of the tests: role `app` by password, role `machine` by
 * a certificate of its name. The test creates the roles.
 */
export function securedPostgres(server: Identity, authority: string): PostgresSetup {
  const hba = [
    'host all postgres 127.0.0.1/32 trust',
    'hostssl all,replication machine 127.0.0.1/32 cert clientcert=verify-full',
    'hostssl all,replication app 127.0.0.1/32 scram-sha-256',
  ];
  return {
    settings: {
      ssl: 'on',
      ssl_cert_file: 'server.crt',
      ssl_key_file: 'server.key',
      ssl_ca_file: 'authority.crt',
      log_connections: 'on',
    },
    files: {
      'server.crt': server.cert,
      'server.key': server.key,
      'authority.crt': authority,
      'pg_hba.conf': `${hba.join('\n')}\n`,
    },
  };
}

export interface SecuredKafkaOptions {
  readonly server: Identity;
  readonly authority: string;
  readonly user: string;
  readonly password: string;
}

/**
 * A Kafka of one's own with two listeners beside the plain one: `SASL` (TLS, and a login by PLAIN, SCRAM or an unsigned token),
 * `MUTUAL` (TLS with a certificate on both sides).
 */
export function securedKafka({ server, authority, user, password }: SecuredKafkaOptions): KafkaSetup {
  const keys = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': server.cert,
    'ssl.keystore.key': server.key,
  };
  const security = 'org.apache.kafka.common.security';
  const sasl = {
    ...keys,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${user}="${password}";`,
    'scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
    'scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
    'oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
  const mutual = {
    ...keys,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': authority,
    'ssl.client.auth': 'required',
  };
  const of = (name: string, settings: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(settings).map(([key, value]) => [`listener.name.${name}.${key}`, value]);
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
  return {
    listeners: [
      { name: 'SASL', protocol: 'SASL_SSL' },
      { name: 'MUTUAL', protocol: 'SSL' },
    ],
    settings: Object.fromEntries([...of('sasl', sasl), ...of('mutual', mutual)]),
    scramUsers: scram.map((mechanism) => `${mechanism}=[name=${user},password=${password}]`),
  };
}

/** Starts servers that no other suite uses; they go when this process goes, however it ends. */
export function startOwnServers(setup: {
  readonly postgres?: PostgresSetup;
  readonly kafka?: KafkaSetup;
}): Promise<EmbeddedStack> {
  const { cacheFolder } = loadConfig(stackOptions);
  const [postgres, kafka] = [setup.postgres !== undefined, setup.kafka !== undefined];
  return startKeptStack({ postgres, kafka, cacheFolder, setup, progress: () => undefined });
}

/** False on a machine that has Kafka from Docker alone: a broker of one's own runs on the local JVM. */
export function hasJava(): boolean {
  return spawnSync('java', ['-version']).status === 0;
}

/** A token that nobody signed, as the broker's validator for tests takes it. */
export function unsignedToken(subject: string, lifeSeconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [{ alg: 'none' }, { sub: subject, iat: now, exp: now + lifeSeconds }];
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
}
