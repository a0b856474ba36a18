import { randomBytes, webcrypto } from 'node:crypto';
import type { X509Certificate } from '@peculiar/x509';

/** A certificate with its key, both in the form PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface IdentityOptions {
  /** The common name: of a server anything, of a client its role or user. */
  readonly name: string;
  /** Names and addresses that a server is known by. */
  readonly hosts?: readonly string[];
  /** Its time is over. */
  readonly expired?: boolean;
}

/** An authority that a test makes for itself. */
export interface Authority {
  /** Its own certificate. */
  readonly cert: string;
  issue(options: IdentityOptions): Promise<Identity>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes an authority; its certificates are valid from yesterday until tomorrow, unless they are to be expired. */
export async function newAuthority(name: string): Promise<Authority> {
  const x509 = await loadX509();
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } = x509;
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    ...period(false),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    cert: root.toString('pem'),
    issue: (options) => issue(options, { x509, root, signingKey: keys.privateKey }),
  };
}

async function issue(
  { name, hosts = [], expired = false }: IdentityOptions,
  by: { readonly x509: X509; readonly root: X509Certificate; readonly signingKey: webcrypto.CryptoKey },
): Promise<Identity> {
  const keys = await newKeys();
  const { ExtendedKeyUsage, ExtendedKeyUsageExtension, PemConverter } = by.x509;
  const { SubjectAlternativeNameExtension, X509CertificateGenerator } = by.x509;
  const names = hosts.map((host) => ({
    type: /^[\d.]+$/.test(host) ? ('ip' as const) : ('dns' as const),
    value: host,
  }));
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: by.root.subject,
    signingKey: by.signingKey,
    publicKey: keys.publicKey,
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    ...period(expired),
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

type X509 = Awaited<ReturnType<typeof loadX509>>;

/** Loaded when it is wanted: most specs make no certificates. */
async function loadX509() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** A positive number: the first byte stays below 128. */
function serial(): string {
  return `01${randomBytes(8).toString('hex')}`;
}

function period(expired: boolean): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 2 * DAY_MS), notAfter: new Date(now + (expired ? -DAY_MS : DAY_MS)) };
}
