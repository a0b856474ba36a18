import { tlsFailureOf } from './tls.failure.ts';

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
