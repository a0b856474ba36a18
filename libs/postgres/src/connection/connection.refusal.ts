import { CausewayError, isCausewayError, tlsFailureOf, tlsReasonOf, type TlsFailure } from '#contracts';
import { SQLSTATE, errorCode, hasSqlState } from '../sqlstate.ts';
import type { ConnectionSettings } from './connection.settings.ts';

type Refused = Pick<ConnectionSettings, 'host' | 'port' | 'user' | 'database' | 'sslmode'>;

/** Which parameter of the URL to look at (or its PG* variable). */
const SETTING: Readonly<Record<TlsFailure, string>> = {
  'server certificate': 'sslrootcert',
  'server name': 'host',
  'client certificate': 'sslcert',
  protocol: 'sslmode',
};
/** Said by the driver itself, without a code. */
const NO_TLS = 'The server does not support SSL connections';
const NO_PASSWORD = /^SASL: .*client password must be/;
const SASL = /^SASL: /;

/**
 * The error of the catalogue for a connection that was refused and will be again, until somebody changes something: wrong
 * password or role, no such database, a certificate. undefined for everything else: a server that does not answer, or what it
 * says about a statement. Pure.
 */
export function connectionRefusal(error: unknown, settings: Refused): CausewayError | undefined {
  if (isCausewayError(error)) return undefined;
  const found = judge(error, settings);
  if (found === undefined) return undefined;
  const { host, port, user, database, sslmode } = settings;
  const { code, setting = null, reason = messageOf(error) } = found;
  return new CausewayError(code, { details: { host, port, user, database, sslmode, setting, reason }, cause: error });
}

interface Finding {
  readonly code: 'POSTGRES_ACCESS_DENIED' | 'POSTGRES_TLS_REFUSED';
  readonly setting?: string;
  readonly reason?: string;
}

function judge(error: unknown, { sslmode }: Refused): Finding | undefined {
  const message = messageOf(error);
  const code = errorCode(error);
  if (message === NO_TLS) return { code: 'POSTGRES_TLS_REFUSED', setting: 'sslmode' };
  if (NO_PASSWORD.test(message))
    return {
      code: 'POSTGRES_ACCESS_DENIED',
      setting: 'password',
      reason: 'the server wants a password, none is given',
    };
  if (SASL.test(message)) return { code: 'POSTGRES_ACCESS_DENIED', setting: 'password' };
  if (code === undefined) return undefined;
  const tls = tlsFailureOf(code);
  if (tls !== undefined) return { code: 'POSTGRES_TLS_REFUSED', setting: SETTING[tls], reason: tlsReasonOf(message) };
  if (code === SQLSTATE.INVALID_PASSWORD) return { code: 'POSTGRES_ACCESS_DENIED', setting: 'password' };
  if (code === SQLSTATE.INVALID_AUTHORIZATION) {
    if (/valid client certificate/.test(message)) return { code: 'POSTGRES_TLS_REFUSED', setting: 'sslcert' };
    if (sslmode === 'disable' && /no encryption/.test(message))
      return { code: 'POSTGRES_TLS_REFUSED', setting: 'sslmode' };
    return { code: 'POSTGRES_ACCESS_DENIED' };
  }
  return hasSqlState(error, SQLSTATE.INVALID_CATALOG_NAME, SQLSTATE.INSUFFICIENT_PRIVILEGE)
    ? { code: 'POSTGRES_ACCESS_DENIED' }
    : undefined;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
