import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCausewayError } from '#contracts';
import type { EmbeddedStack } from '#stack';
import { newAuthority, securedPostgres, startOwnServers } from '#testing';
import { connectClient } from '../client.factory.ts';
import { createPool } from '../pool.factory.ts';

const PASSWORD = 'geheim-für-alle';
let servers: EmbeddedStack;
let folder: string;
/** Name -> path of a file. */
const paths: Record<string, string> = {};

function file(name: string, content: string): void {
  paths[name] = join(folder, name);
  writeFileSync(paths[name], content, { mode: 0o600 });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  const [authority, stranger] = [await newAuthority('authority'), await newAuthority('stranger')];
  const server = await authority.issue({ name: 'server', hosts: ['127.0.0.1'] });
  servers = await startOwnServers({ postgres: securedPostgres(server, authority.cert) });
  const admin = await connectClient({ url: servers.postgresUrl, applicationName: 'spec' });
  await admin.query(`create role app login replication password '${PASSWORD}'`);
  await admin.query('create role machine login replication');
  await admin.end();
  const { port } = new URL(servers.postgresUrl);
  file('authority', authority.cert);
  file('stranger', stranger.cert);
  const identities = {
    machine: await authority.issue({ name: 'machine' }),
    other: await authority.issue({ name: 'other' }),
    expired: await authority.issue({ name: 'machine', expired: true }),
    forged: await stranger.issue({ name: 'machine' }),
  };
  for (const [name, { cert, key }] of Object.entries(identities)) {
    file(`${name}.crt`, cert);
    file(`${name}.key`, key);
  }
  file('pgpass', `127.0.0.1:${port}:*:app:${PASSWORD}\n`);
  file('wrongpass', `127.0.0.1:${port}:*:app:wrong\n`);
});
afterAll(async () => {
  await servers.stop();
  rmSync(folder, { recursive: true });
});

/** The server's URL for a role, with files by their names. */
function urlOf(user: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(servers.postgresUrl);
  const [name = '', password = ''] = user.split(':');
  [url.username, url.password] = [name, password];
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, paths[value] ?? value);
  return url.toString();
}

async function whoIsSeen(url: string): Promise<{ role: string; tls: boolean }> {
  const client = await connectClient({ url, applicationName: 'spec' });
  try {
    const { rows } = await client.query<{ role: string; tls: boolean }>(
      'select current_user as role, ssl as tls from pg_stat_ssl where pid = pg_backend_pid()',
    );
    return rows[0] ?? { role: '', tls: false };
  } finally {
    await client.end();
  }
}

const by = (name: string) => ({ sslcert: `${name}.crt`, sslkey: `${name}.key` });
const full = { sslmode: 'verify-full', sslrootcert: 'authority' };

describe('a Postgres that speaks TLS', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a password in the URL', `app:${PASSWORD}`, full],
    ['a password in a file', 'app', { ...full, passfile: 'pgpass' }],
    ['a certificate', 'machine', { ...full, ...by('machine') }],
    ['TLS from the first byte', `app:${PASSWORD}`, { ...full, sslnegotiation: 'direct' }],
    ['its authority verified', `app:${PASSWORD}`, { sslmode: 'verify-ca', sslrootcert: 'authority' }],
    ['nothing verified', `app:${PASSWORD}`, { sslmode: 'require' }],
    ['TLS if there is some', `app:${PASSWORD}`, { sslmode: 'prefer' }],
    ['no wish at all', `app:${PASSWORD}`, {}],
  ])('lets in with %s', async (_, user, parameters) => {
    expect(await whoIsSeen(urlOf(user, parameters))).toEqual({ role: user.replace(/:.*/, ''), tls: true });
  });

  it.each<[string, string, Record<string, string>, string, string]>([
    ['a wrong password', 'app:wrong', full, 'POSTGRES_ACCESS_DENIED', 'password'],
    ['a wrong password in a file', 'app', { ...full, passfile: 'wrongpass' }, 'POSTGRES_ACCESS_DENIED', 'password'],
    ['no password', 'app', full, 'POSTGRES_ACCESS_DENIED', 'password'],
    [
      "an authority that is not the server's",
      `app:${PASSWORD}`,
      { ...full, sslrootcert: 'stranger' },
      'POSTGRES_TLS_REFUSED',
      'sslrootcert',
    ],
    [
      'require and a wrong authority',
      `app:${PASSWORD}`,
      { sslmode: 'require', sslrootcert: 'stranger' },
      'POSTGRES_TLS_REFUSED',
      'sslrootcert',
    ],
    [
      'a name that is not in the certificate',
      `app:${PASSWORD}`,
      { ...full, host: 'localhost' },
      'POSTGRES_TLS_REFUSED',
      'host',
    ],
    ['plain text', `app:${PASSWORD}`, { sslmode: 'disable' }, 'POSTGRES_TLS_REFUSED', 'sslmode'],
    ['no certificate', 'machine', full, 'POSTGRES_TLS_REFUSED', 'sslcert'],
    ['an expired certificate', 'machine', { ...full, ...by('expired') }, 'POSTGRES_TLS_REFUSED', 'sslcert'],
    ['a certificate of nobody', 'machine', { ...full, ...by('forged') }, 'POSTGRES_TLS_REFUSED', 'sslcert'],
    ["somebody else's certificate", 'machine', { ...full, ...by('other') }, 'POSTGRES_ACCESS_DENIED', ''],
  ])('refuses %s in one clear error', async (...given) => {
    const [, user, parameters, code, setting] = given;
    const error: unknown = await whoIsSeen(urlOf(user, parameters)).catch((thrown: unknown) => thrown);
    if (!isCausewayError(error)) throw error;
    expect({ code: error.code, setting: error.details['setting'] ?? '' }).toEqual({ code, setting });
    expect(error.message).not.toContain(PASSWORD);
    expect(error.message).not.toContain('\n');
  });

  it('lets a name pass that only verify-full asks for', async () => {
    const parameters = { sslmode: 'verify-ca', sslrootcert: 'authority', host: 'localhost' };
    expect(await whoIsSeen(urlOf(`app:${PASSWORD}`, parameters))).toMatchObject({ tls: true });
  });

  it('tells users of a pool the same', async () => {
    const pool = createPool({ url: urlOf('app:wrong', full), applicationName: 'spec' });
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'POSTGRES_ACCESS_DENIED' });
    await pool.end();
    const right = createPool({ url: urlOf('machine', { ...full, ...by('machine') }), applicationName: 'spec', max: 2 });
    const rows = await Promise.all([1, 2, 3].map(() => right.query<{ me: string }>('select current_user as me')));
    expect(rows.map((result) => result.rows[0]?.me)).toEqual(['machine', 'machine', 'machine']);
    await right.end();
  });
});
