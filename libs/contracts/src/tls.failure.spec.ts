import { tlsFailureOf, tlsReasonOf } from './tls.failure.ts';

describe('codes of TLS errors', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'server certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'server certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'server certificate'],
    ['CERT_HAS_EXPIRED', 'server certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'server name'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client certificate'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client certificate'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'protocol'],
    ['ERR_OSSL_PEM_NO_START_LINE', 'protocol'],
    ['EPROTO', 'protocol'],
    ['ECONNREFUSED', undefined],
    ['28P01', undefined],
  ])('%s', (code, failure) => {
    expect(tlsFailureOf(code)).toBe(failure);
  });
});

describe('what OpenSSL says', () => {
  it.each([
    [
      '400D07A4E87F0000:error:0A000415:SSL routines:ssl3_read_bytes:ssl/tls alert certificate expired:../deps/x.c:918:SSL alert number 45\n',
      'ssl/tls alert certificate expired',
    ],
    ['self-signed certificate in certificate chain', 'self-signed certificate in certificate chain'],
    ['two\nlines ', 'two lines'],
  ])('%j', (message, reason) => {
    expect(tlsReasonOf(message)).toBe(reason);
  });
});
