import { readFileSync } from 'node:fs';
import type { Config, kafkaConnectionOptions } from '#config';
import { CausewayError } from '#contracts';
import { OauthTokens, tokenFromFile } from './oauth.tokens.ts';

/** Where Kafka is and how to be let in. Without `security` it is reached in plain text, unnamed. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity | undefined;
}

export interface KafkaSecurity {
  /** Absent: plain text. */
  readonly tls?: TlsMaterial;
  readonly sasl?: SaslCredentials;
}

/** Contents of PEM files. Without `ca` Node's own authorities count. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

export type PasswordMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

export type SaslCredentials =
  | { readonly mechanism: PasswordMechanism; readonly username: string; readonly password: string }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => Promise<string> };

export type KafkaConnectionConfig = Config<typeof kafkaConnectionOptions>;

/**
 * The connection that the settings describe. Certificate files are read now, so make it anew for each new beginning.
 * @throws CausewayError `CONFIG_INVALID`, naming the setting, when settings are missing or contradict each other
 */
export function kafkaConnection(config: KafkaConnectionConfig): KafkaConnection {
  const [tls, sasl] = [tlsOf(config), saslOf(config)];
  const brokers = config.kafkaBrokers;
  if (tls === undefined && sasl === undefined) return { brokers };
  return { brokers, security: { ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) } };
}

function tlsOf(config: KafkaConnectionConfig): TlsMaterial | undefined {
  const files = {
    ca: ['CAUSEWAY_KAFKA_CA_FILE', config.kafkaCaFile],
    cert: ['CAUSEWAY_KAFKA_CERT_FILE', config.kafkaCertFile],
    key: ['CAUSEWAY_KAFKA_KEY_FILE', config.kafkaKeyFile],
  } as const;
  const given = Object.values(files).find(([, path]) => path !== undefined);
  if (config.kafkaTls === 'off') {
    if (given !== undefined) throw invalid(`${given[0]} needs CAUSEWAY_KAFKA_TLS=on`);
    return undefined;
  }
  if ((config.kafkaCertFile === undefined) !== (config.kafkaKeyFile === undefined))
    throw invalid('CAUSEWAY_KAFKA_CERT_FILE and CAUSEWAY_KAFKA_KEY_FILE need each other');
  const material = Object.entries(files).flatMap(([name, [setting, path]]) =>
    path === undefined ? [] : [[name, readPem(setting, path)]],
  );
  const { kafkaKeyPassword: passphrase } = config;
  return { ...(Object.fromEntries(material) as TlsMaterial), ...(passphrase === undefined ? {} : { passphrase }) };
}

function saslOf(config: KafkaConnectionConfig): SaslCredentials | undefined {
  const { kafkaSaslMechanism: mechanism, kafkaUsername: username, kafkaPassword: password } = config;
  if (mechanism === 'none') {
    if (username !== undefined) throw invalid('CAUSEWAY_KAFKA_USERNAME needs CAUSEWAY_KAFKA_SASL_MECHANISM');
    return undefined;
  }
  if (mechanism !== 'OAUTHBEARER') {
    if (username === undefined || password === undefined)
      throw invalid(`${mechanism} needs CAUSEWAY_KAFKA_USERNAME and CAUSEWAY_KAFKA_PASSWORD`);
    return { mechanism, username, password };
  }
  const { kafkaOauthTokenUrl: url, kafkaOauthTokenFile: file } = config;
  if ((url === undefined) === (file === undefined))
    throw invalid('OAUTHBEARER needs either CAUSEWAY_KAFKA_OAUTH_TOKEN_URL or CAUSEWAY_KAFKA_OAUTH_TOKEN_FILE');
  if (file !== undefined) return { mechanism, token: () => tokenFromFile(file) };
  const { kafkaOauthClientId: clientId, kafkaOauthClientSecret: clientSecret, kafkaOauthScope: scope } = config;
  if (url === undefined || clientId === undefined || clientSecret === undefined)
    throw invalid(
      'CAUSEWAY_KAFKA_OAUTH_TOKEN_URL needs CAUSEWAY_KAFKA_OAUTH_CLIENT_ID and CAUSEWAY_KAFKA_OAUTH_CLIENT_SECRET',
    );
  const tokens = new OauthTokens({ url, clientId, clientSecret, scope });
  return { mechanism, token: () => tokens.token() };
}

function readPem(setting: string, path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
  } catch (error) {
    throw invalid(`${setting} names a file that cannot be read: ${path}`, error);
  }
  throw invalid(`${setting} names a file that is not in the form PEM: ${path}`);
}

function invalid(settings: string, cause?: unknown): CausewayError {
  return new CausewayError('CONFIG_INVALID', { details: { settings }, cause });
}
