import type { Environment } from '#config';
import { CausewayError } from '#contracts';

/** Parameters by libpq's names (PostgreSQL manual, "Parameter Key Words"), those that mean something here. */
export const PARAMETERS = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  options: 'PGOPTIONS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: undefined,
  channel_binding: 'PGCHANNELBINDING',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: undefined,
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
} as const;

export type ParameterName = keyof typeof PARAMETERS;
export type ConnectionParameters = Readonly<Partial<Record<ParameterName, string>>>;

/**
 * Parameters that other clients put into the same URL. They say nothing about who may read along, so they are passed over.
 * Anything else that is unknown is an error: a misspelt `sslmode` would otherwise be no TLS at all.
 */
const PASSED_OVER =
  /^(client_encoding|fallback_application_name|gssencmode|keepalives.*|load_balance_hosts|pgbouncer|pool_.*|connection_limit|schema|target_session_attrs|tcp_user_timeout|uselibpqcompat)$/;

/** Alias of JDBC that libpq takes in URLs as well. */
const JDBC_SSL = 'ssl';

/**
 * What a URL and the environment say about a connection, in libpq's order: the URL's parameters, its other parts, the variable
 * of the environment. Pure; no defaults yet.
 * @throws CausewayError `CONFIG_INVALID`; its message never holds the URL
 */
export function connectionParameters(url: string, env: Environment): ConnectionParameters {
  const parsed = parseUrl(url);
  const given = new Map<string, string>(partsOf(parsed));
  for (const [name, value] of parsed.searchParams) {
    if (name === JDBC_SSL) given.set('sslmode', value === 'true' || value === '1' ? 'require' : 'disable');
    else if (name in PARAMETERS) given.set(name, value);
    else if (!PASSED_OVER.test(name)) throw invalid(`${name} is no parameter of a Postgres URL`);
  }
  const found: [string, string][] = [];
  for (const [name, variable] of Object.entries(PARAMETERS)) {
    // An empty text is what a compose file makes of a variable that is not set.
    const value = given.get(name) || (variable === undefined ? undefined : env[variable]);
    if (value !== undefined && value !== '') found.push([name, value]);
  }
  return Object.fromEntries(found);
}

export function invalid(settings: string, cause?: unknown): CausewayError {
  return new CausewayError('CONFIG_INVALID', { details: { settings }, cause });
}

/** libpq takes a URL with a user and no host (a socket, or `PGHOST`); the standard of URLs does not. */
const NO_HOST = 'no-host.invalid';

function parseUrl(given: string): URL {
  const url = given.replace(/^([a-z]+:\/\/[^/?#]*@)(?=[/?#]|$)/, `$1${NO_HOST}`);
  // Its own error would show the URL, password and all.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol))
    throw invalid('a Postgres URL looks like postgres://user@host:5432/database');
  return parsed;
}

function partsOf({ username, password, hostname, port, pathname }: URL): [ParameterName, string][] {
  return [
    ['user', decode(username)],
    ['password', decode(password)],
    ['host', hostname === NO_HOST ? '' : decode(hostname).replace(/^\[(.+)\]$/, '$1')],
    ['port', port],
    ['dbname', decode(pathname.replace(/^\//, ''))],
  ];
}

/** A percent sign that nobody encoded stands for itself. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
