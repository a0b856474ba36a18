import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import type { Environment } from '#config';
import {
  connectionParameters,
  invalid,
  type ConnectionParameters,
  type ParameterName,
} from './connection.parameters.ts';
import { findPassword, type PasswordQuery } from './password.file.ts';
import { planTls, SYSTEM_ROOTS, type SslMode, type TlsFiles } from './tls.policy.ts';

/** What the driver takes, and what it does not know of. */
export interface ConnectionSettings extends ClientConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly sslmode: SslMode;
  /** Go on in plain text when the server does not speak TLS (`sslmode=prefer`, the default). */
  readonly plainAllowed: boolean;
}

/** Files as the settings see them; tests bring their own. */
export interface SettingsFiles {
  /** undefined when there is no such file. */
  read(path: string): string | undefined;
  /** True when others than the owner may read it. */
  isOpenToOthers(path: string): boolean;
}

/** How long connecting may take before it counts as failed, unless `connect_timeout` says otherwise. */
export const CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_PORT = '5432';

/**
 * How to connect, from a URL and the standard settings of the environment (`PGHOST`, `PGSSLMODE`, `PGPASSFILE` and so on): what
 * the URL leaves open comes from there, then from libpq's defaults, files in `~/.postgresql` and `~/.pgpass` among them. A
 * password from a file is read for each connection, so it may change.
 * @throws CausewayError `CONFIG_INVALID`, naming the parameter; never with the URL or a secret
 */
export function connectionSettings(
  url: string,
  env: Environment = process.env,
  files: SettingsFiles = FILES,
): ConnectionSettings {
  const parameters = connectionParameters(url, env);
  const home = env['HOME'] ?? '';
  const { mode, tls, plainAllowed } = planTls(parameters, readTlsFiles(parameters, { home, files }));
  const { host = 'localhost', port = DEFAULT_PORT, options, application_name: name } = parameters;
  const user = parameters.user ?? userInfo().username;
  const database = parameters.dbname ?? user;
  const { connect_timeout: timeout, sslnegotiation, channel_binding: binding } = parameters;
  if (!/^\d{1,5}$/.test(port)) throw invalid(`port is a number, not ${port}`);
  if (sslnegotiation === 'direct' && (tls === false || plainAllowed))
    throw invalid('sslnegotiation=direct needs sslmode=require or more');
  return {
    host,
    port: Number(port),
    user,
    database,
    ...passwordOf(parameters, { query: { host, port, database, user }, home, files }),
    ssl: tls,
    sslmode: mode,
    plainAllowed,
    keepAlive: true,
    connectionTimeoutMillis: Number(timeout) > 0 ? Number(timeout) * 1000 : CONNECT_TIMEOUT_MS,
    ...(options === undefined ? {} : { options }),
    ...(name === undefined ? {} : { application_name: name }),
    ...(sslnegotiation === 'direct' ? { sslnegotiation } : {}),
    ...(binding === 'require' ? { enableChannelBinding: true } : {}),
  };
}

interface Place {
  readonly home: string;
  readonly files: SettingsFiles;
}

/** Files that libpq looks for when no parameter names one. */
const DEFAULT_FILES = {
  sslrootcert: 'root.crt',
  sslcrl: 'root.crl',
  sslcert: 'postgresql.crt',
  sslkey: 'postgresql.key',
} as const;

function readTlsFiles(parameters: ConnectionParameters, { home, files }: Place): TlsFiles {
  const entries = Object.entries(DEFAULT_FILES).map(([name, fallback]) => {
    const given = parameters[name as ParameterName];
    if (given === undefined) return [name, home === '' ? undefined : files.read(join(home, '.postgresql', fallback))];
    if (name === 'sslrootcert' && given === SYSTEM_ROOTS) return [name, undefined];
    const text = files.read(given);
    if (text === undefined) throw invalid(`${name} names a file that cannot be read: ${given}`);
    return [name, text];
  });
  return Object.fromEntries(entries) as TlsFiles;
}

function passwordOf(
  parameters: ConnectionParameters,
  { query, home, files }: Place & { readonly query: PasswordQuery },
): Pick<ClientConfig, 'password'> {
  if (parameters.password !== undefined) return { password: parameters.password };
  const { passfile } = parameters;
  const path = passfile ?? join(home, '.pgpass');
  const read = (): string => {
    // The driver takes an empty text for "there is none", and says so when the server asks for one.
    if (files.isOpenToOthers(path)) {
      if (passfile === undefined) return '';
      throw invalid(`passfile ${path} must be readable by its owner alone (chmod 600)`);
    }
    return findPassword(files.read(path) ?? '', query) ?? '';
  };
  if (passfile !== undefined && files.read(passfile) === undefined)
    throw invalid(`passfile names a file that cannot be read: ${passfile}`);
  return { password: read };
}

const FILES: SettingsFiles = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  isOpenToOthers: (path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    return process.platform !== 'win32' && (mode & 0o077) !== 0;
  },
};
