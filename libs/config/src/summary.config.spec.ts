import fc from 'fast-check';
import { loadConfig } from './load.config.ts';
import { option } from './option.ts';
import { list, optionalText, text, url } from './option.types.ts';
import { maskPassword, summariseConfig } from './summary.config.ts';

const options = {
  key: option('CAUSEWAY_SECRET_KEY', text, { help: 'a key', secret: true }),
  other: option('CAUSEWAY_POSTGRES_URL', optionalText, { help: 'a URL', default: '', secret: true }),
  address: option('CAUSEWAY_NOTIFY_URL', url, { help: 'a URL', default: 'https://app:s3cret@host' }),
  brokers: option('CAUSEWAY_KAFKA_BROKERS', list, { help: 'brokers', default: 'a:1,b:2' }),
};

describe('summariseConfig', () => {
  it('shows that secrets are set and never what they are', () => {
    const summary = summariseConfig(options, loadConfig(options, { CAUSEWAY_SECRET_KEY: 's3cret' }));
    expect(summary).toEqual({ key: 'set', other: 'not set', address: 'https://app:***@host', brokers: ['a:1', 'b:2'] });
    expect(JSON.stringify(summary)).not.toContain('s3cret');
  });
});

describe('maskPassword', () => {
  it.each([
    ['postgres://app:secret@db/x', 'postgres://app:***@db/x'],
    ['postgres://app:@db/x', 'postgres://app:***@db/x'],
    ['postgres://:secret@db', 'postgres://:***@db'],
    ['postgres://app@db:5432/x', 'postgres://app@db:5432/x'],
    ['http://localhost:8080/a@b', 'http://localhost:8080/a@b'],
    ['127.0.0.1', '127.0.0.1'],
    ['', ''],
  ])('%s', (given, masked) => {
    expect(maskPassword(given)).toBe(masked);
  });

  it.each([
    ['an @ inside', 'postgres://app:se@cret@db/x', 'postgres://app:***@db/x'],
    [
      'a parameter',
      'postgres://db/x?user=app&password=secret&sslmode=require',
      'postgres://db/x?user=app&password=***&sslmode=require',
    ],
    [
      'a parameter for the key of a certificate',
      'postgres://db/x?sslkey=/k.pem&sslpassword=secret',
      'postgres://db/x?sslkey=/k.pem&sslpassword=***',
    ],
    ['a later URL', 'postgres://db/x, postgres://app:secret@db/y', 'postgres://db/x, postgres://app:***@db/y'],
  ])('regression: masks a password with %s', (_what, given, masked) => {
    expect(maskPassword(given)).toBe(masked);
  });

  it('leaves nothing of a password that stands in a URL', () => {
    const password = fc.stringMatching(/^[A-Z0-9@:!$&'()*+,;=._~-]{4,20}$/);
    fc.assert(
      fc.property(password, (secret) => {
        expect(maskPassword(`postgres://app:${secret}@db.example:5432/x`)).toBe('postgres://app:***@db.example:5432/x');
      }),
    );
  });
});
