import type { ConnectionOptions } from 'node:tls';
import { isCausewayError } from '#contracts';
import { connectionSettings, type SettingsFiles } from './connection.settings.ts';

const FILES: Readonly<Record<string, string>> = {
  '/ca.pem': 'the authority',
  '/me.pem': 'my certificate',
  '/me.key': 'my key',
  '/pass': 'db:5432:shop:app:from the file\n*:*:*:*:any',
  '/open': '*:*:*:*:any',
  '/home/.pgpass': 'db:5432:shop:app:from home',
  '/secure/.postgresql/root.crt': 'the authority at home',
};
const files: SettingsFiles = {
  read: (path) => FILES[path],
  isOpenToOthers: (path) => path === '/open',
};
const URL = 'postgres://app@db/shop';
const settingsOf = (url: string, env: Record<string, string> = {}) => connectionSettings(url, env, files);
const tlsOf = (url: string, env: Record<string, string> = {}): ConnectionOptions =>
  settingsOf(url, env).ssl as ConnectionOptions;

function problemOf(url: string, env: Record<string, string> = {}): string {
  try {
    settingsOf(url, env);
  } catch (error) {
    if (isCausewayError(error, 'CONFIG_INVALID')) return error.message;
  }
  return 'none';
}

async function passwordOf(url: string, env: Record<string, string> = {}): Promise<string> {
  const { password } = settingsOf(url, env);
  return typeof password === 'function' ? password() : (password ?? '');
}

describe('where a connection leads', () => {
  it.each<[string, Record<string, string>, object]>([
    ['postgres://app@db:6000/shop', {}, { host: 'db', port: 6000, user: 'app', database: 'shop' }],
    ['postgresql://app@db/shop', {}, { host: 'db', port: 5432 }],
    ['postgres://app@db', {}, { database: 'app' }],
    [
      'postgres://',
      { PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGDATABASE: 'd' },
      { host: 'h', port: 1, user: 'u', database: 'd' },
    ],
    ['postgres://app@db/shop', { PGHOST: 'h', PGPORT: '1', PGUSER: 'u' }, { host: 'db', port: 1, user: 'app' }],
    ['postgres://app@/shop?host=/var/run/postgresql', {}, { host: '/var/run/postgresql', ssl: false }],
    ['postgres://app@%2Fvar%2Frun/shop', {}, { host: '/var/run', ssl: false }],
    ['postgres://app@[::1]:5432/shop', {}, { host: '::1' }],
    ['postgres://db/shop?user=other', {}, { user: 'other' }],
    ['postgres://app@db/my%20shop', {}, { database: 'my shop' }],
    ['postgres://app@db/shop?options=-c%20geqo%3Doff', {}, { options: '-c geqo=off' }],
    ['postgres://app@db/shop?connect_timeout=3', {}, { connectionTimeoutMillis: 3000 }],
    ['postgres://app@db/shop', {}, { connectionTimeoutMillis: 10_000, keepAlive: true }],
    ['postgres://app@db/shop?application_name=x&target_session_attrs=any', {}, { application_name: 'x' }],
  ])('%s with %j', (url, env, expected) => {
    expect(settingsOf(url, env)).toMatchObject(expected);
  });
});

describe('sslmode as libpq means it', () => {
  it.each<[string, Record<string, string>, object]>([
    ['', {}, { plainAllowed: true, verifies: false, asksName: false }],
    ['?sslmode=prefer', {}, { plainAllowed: true, verifies: false, asksName: false }],
    ['?sslmode=require', {}, { plainAllowed: false, verifies: false, asksName: false }],
    ['?ssl=true', {}, { plainAllowed: false, verifies: false, asksName: false }],
    ['?sslmode=require&sslrootcert=/ca.pem', {}, { plainAllowed: false, verifies: true, asksName: false }],
    ['?sslmode=verify-ca&sslrootcert=/ca.pem', {}, { plainAllowed: false, verifies: true, asksName: false }],
    ['?sslmode=verify-full&sslrootcert=/ca.pem', {}, { plainAllowed: false, verifies: true, asksName: true }],
    ['?sslmode=verify-full', {}, { plainAllowed: false, verifies: true, asksName: true }],
    ['?sslrootcert=system', {}, { plainAllowed: false, verifies: true, asksName: true }],
    ['', { PGSSLMODE: 'verify-full' }, { plainAllowed: false, verifies: true, asksName: true }],
    ['?sslmode=require', { PGSSLMODE: 'disable' }, { plainAllowed: false, verifies: false, asksName: false }],
    ['?sslmode=require', { HOME: '/secure' }, { plainAllowed: false, verifies: true, asksName: false }],
  ])('%s with %j', (query, env, expected) => {
    const { plainAllowed, ssl } = settingsOf(`${URL}${query}`, env);
    const { rejectUnauthorized, checkServerIdentity } = ssl as ConnectionOptions;
    const asksName =
      checkServerIdentity?.('db', { subject: { CN: 'other' }, subjectaltname: 'DNS:other' } as never) !== undefined;
    expect({ plainAllowed, verifies: rejectUnauthorized, asksName }).toEqual(expected);
  });

  it('disable is plain text', () => {
    expect(settingsOf(`${URL}?sslmode=disable`).ssl).toBe(false);
  });

  it('takes the files that the parameters name', () => {
    const query = '?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/me.pem&sslkey=/me.key&sslpassword=x';
    const expected = { ca: 'the authority', cert: 'my certificate', key: 'my key', passphrase: 'x' };
    expect(tlsOf(`${URL}${query}`)).toMatchObject(expected);
    const env = { PGSSLROOTCERT: '/ca.pem', PGSSLCERT: '/me.pem', PGSSLKEY: '/me.key', PGSSLMODE: 'verify-ca' };
    expect(tlsOf(URL, env)).toMatchObject({ ca: 'the authority', cert: 'my certificate', key: 'my key' });
    expect(tlsOf(URL, { HOME: '/secure' })).toMatchObject({ ca: 'the authority at home' });
    expect(tlsOf(`${URL}?ssl_min_protocol_version=TLSv1.3`)).toMatchObject({ minVersion: 'TLSv1.3' });
  });
});

describe('the password', () => {
  it.each<[string, Record<string, string>, string]>([
    ['postgres://app:in%40url@db/shop', { PGPASSWORD: 'x', PGPASSFILE: '/pass' }, 'in@url'],
    ['postgres://app:100%@db/shop', {}, '100%'],
    [URL, { PGPASSWORD: 'in env', PGPASSFILE: '/pass' }, 'in env'],
    [URL, { PGPASSFILE: '/pass' }, 'from the file'],
    ['postgres://other@db/shop', { PGPASSFILE: '/pass' }, 'any'],
    [`${URL}?passfile=/pass`, {}, 'from the file'],
    [URL, { HOME: '/home' }, 'from home'],
    [URL, {}, ''],
  ])('%s with %j', async (url, env, expected) => {
    expect(await passwordOf(url, env)).toBe(expected);
  });

  it('is not read from a named file that others may read', async () => {
    const { password } = settingsOf(`${URL}?passfile=/open`, {});
    expect(() => (password as () => string)()).toThrow(/chmod 600/);
  });
});

describe('what cannot be meant', () => {
  it.each<[string, string]>([
    ['mysql://db/shop', 'a Postgres URL looks like'],
    ['host=db', 'a Postgres URL looks like'],
    [`${URL}?sslmod=verify-full`, 'sslmod is no parameter'],
    [`${URL}?sslmode=verify`, 'sslmode is one of'],
    [`${URL}?sslmode=verify-ca`, 'needs sslrootcert'],
    [`${URL}?sslmode=require&sslrootcert=system`, 'needs sslmode=verify-full'],
    [`${URL}?sslrootcert=/none`, 'cannot be read: /none'],
    [`${URL}?sslcert=/me.pem`, 'sslcert needs sslkey'],
    [`${URL}?sslkey=/me.key`, 'sslkey needs sslcert'],
    [`${URL}?passfile=/none`, 'cannot be read: /none'],
    [`${URL}?port=db`, 'port is a number'],
    [`${URL}?sslnegotiation=direct`, 'needs sslmode=require'],
    [`${URL}?ssl_min_protocol_version=SSLv3`, 'no version of TLS'],
  ])('%s', (url, problem) => {
    expect(problemOf(url)).toContain(problem);
  });

  it('never shows the URL', () => {
    for (const url of ['postgres://app:geheim@db:port/shop', 'app:geheim@db', 'postgres://app:geheim@db/shop?x=1'])
      expect(problemOf(url)).not.toMatch(/geheim|none/);
  });
});
