import { checkServerIdentity, type ConnectionOptions, type SecureVersion } from 'node:tls';
import { invalid, type ConnectionParameters } from './connection.parameters.ts';

/** Modes of libpq (PostgreSQL manual, "SSL Mode Descriptions"), from none to certain. */
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof MODES)[number];

export interface TlsPlan {
  readonly mode: SslMode;
  /** Options of node:tls; false for a connection in plain text. */
  readonly tls: ConnectionOptions | false;
  /** Go on in plain text when the server does not speak TLS. */
  readonly plainAllowed: boolean;
}

/** Contents of the files that parameters name; undefined where there is none. */
export interface TlsFiles {
  readonly sslrootcert?: string | undefined;
  readonly sslcrl?: string | undefined;
  readonly sslcert?: string | undefined;
  readonly sslkey?: string | undefined;
}

/** The value of `sslrootcert` that means the authorities which the system trusts; here: those of Node. */
export const SYSTEM_ROOTS = 'system';

/**
 * What `sslmode` and its companions ask for, with libpq's meaning (which is not that of the driver's own URL parser): `require`
 * encrypts and does not ask who answers, unless a root certificate is given; `verify-ca` asks for a certificate of that
 * authority; `verify-full` also for the server's name. Two things are stricter than in libpq: `allow` begins like `prefer`, and
 * neither falls back to plain text once the server has begun to speak TLS. Pure.
 * @throws CausewayError `CONFIG_INVALID`
 */
export function planTls(parameters: ConnectionParameters, files: TlsFiles): TlsPlan {
  const mode = modeOf(parameters);
  const isSocket = parameters.host?.startsWith('/') ?? false;
  if (mode === 'disable' || isSocket) return { mode, tls: false, plainAllowed: true };
  const { sslcert: cert, sslkey: key, sslcrl: crl } = files;
  if ((cert === undefined) !== (key === undefined))
    throw invalid(cert === undefined ? 'sslkey needs sslcert' : 'sslcert needs sslkey');
  const system = parameters.sslrootcert === SYSTEM_ROOTS;
  const ca = system ? undefined : files.sslrootcert;
  // Anybody gets a certificate of a public authority for some name.
  if (mode === 'verify-ca' && ca === undefined)
    throw invalid('sslmode=verify-ca needs sslrootcert, the path of a file');
  const passphrase = parameters.sslpassword;
  return {
    mode,
    plainAllowed: mode === 'prefer' || mode === 'allow',
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(crl === undefined ? {} : { crl }),
      ...(cert === undefined ? {} : { cert, key }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...version('minVersion', parameters.ssl_min_protocol_version),
      ...version('maxVersion', parameters.ssl_max_protocol_version),
      rejectUnauthorized: mode === 'verify-full' || ca !== undefined,
      checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : () => undefined,
    },
  };
}

function modeOf({ sslmode, sslrootcert }: ConnectionParameters): SslMode {
  const system = sslrootcert === SYSTEM_ROOTS;
  const mode = MODES.find((one) => one === sslmode);
  if (sslmode !== undefined && mode === undefined)
    throw invalid(`sslmode is one of ${MODES.join(', ')}, not ${sslmode}`);
  if (system && mode !== undefined && mode !== 'verify-full')
    throw invalid(`sslrootcert=system needs sslmode=verify-full, not ${mode}`);
  return mode ?? (system ? 'verify-full' : 'prefer');
}

function version(name: 'minVersion' | 'maxVersion', given: string | undefined): ConnectionOptions {
  if (given === undefined) return {};
  if (!/^TLSv1(\.[123])?$/.test(given)) throw invalid(`${given} is no version of TLS; one is TLSv1.2`);
  return { [name]: given as SecureVersion };
}
