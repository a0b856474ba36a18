import { redactHeaders } from './header.redaction.ts';

describe('redactHeaders', () => {
  it('keeps headers as text, and of credentials the name only', () => {
    expect(
      redactHeaders({
        host: 'hooks.example',
        'x-forwarded-for': ['10.0.0.1', '10.0.0.2'],
        Authorization: 'Bearer s3cret',
        cookie: 'session=s3cret',
        'proxy-authorization': 'Basic s3cret',
        'X-Api-Key': 's3cret',
        'x-zoho-token': 's3cret',
        'content-length': undefined,
      }),
    ).toEqual({
      host: 'hooks.example',
      'x-forwarded-for': '10.0.0.1,10.0.0.2',
      Authorization: '[redacted]',
      cookie: '[redacted]',
      'proxy-authorization': '[redacted]',
      'X-Api-Key': '[redacted]',
      'x-zoho-token': '[redacted]',
    });
  });
});
