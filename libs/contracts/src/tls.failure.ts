/** What went wrong in a TLS handshake, by the side that has to be put right. */
export type TlsFailure = 'server certificate' | 'server name' | 'client certificate' | 'protocol';

/** Names of OpenSSL's verification errors, as Node gives them (node:tls, "X509 certificate error codes"). */
const SERVER_CERTIFICATE = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** Alerts by which a server refuses what the client showed, or that it showed nothing (RFC 8446, section 6.2). */
const CLIENT_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REQUIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|DECRYPT_ERROR|NO_CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/;

/** Which side of a TLS handshake failed, by the code of Node's error; undefined for a code that is not about TLS. Pure. */
export function tlsFailureOf(code: string): TlsFailure | undefined {
  if (SERVER_CERTIFICATE.has(code)) return 'server certificate';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'server name';
  if (CLIENT_CERTIFICATE.test(code)) return 'client certificate';
  return /^(ERR_SSL_|ERR_OSSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'protocol' : undefined;
}

/** What OpenSSL says of a handshake, without its addresses and places in its sources: one line for a log. Pure. */
export function tlsReasonOf(message: string): string {
  const [, reason] = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message) ?? [];
  return (reason ?? message).replaceAll(/\s+/g, ' ').trim();
}
