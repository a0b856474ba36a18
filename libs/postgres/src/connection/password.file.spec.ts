import { findPassword } from './password.file.ts';

const query = { host: 'db', port: '5432', database: 'shop', user: 'app' };

describe('a password file', () => {
  it.each([
    ['db:5432:shop:app:secret', 'secret'],
    ['# db:5432:shop:app:no\ndb:5432:shop:app:yes', 'yes'],
    ['other:*:*:*:no\n*:*:*:app:yes', 'yes'],
    ['*:*:*:*:first\ndb:5432:shop:app:second', 'first'],
    ['db:5432:shop:app:with\\:colon\\\\', 'with:colon\\'],
    ['db:5432:shop:app:secret\r\n', 'secret'],
    ['db:5432:shop:other:no', undefined],
    ['db:5432:shop', undefined],
    ['', undefined],
  ])('%j', (text, password) => {
    expect(findPassword(text, query)).toBe(password);
  });

  it('knows a Unix socket as localhost', () => {
    expect(findPassword('localhost:*:*:*:yes', { ...query, host: '/var/run/postgresql' })).toBe('yes');
  });
});
