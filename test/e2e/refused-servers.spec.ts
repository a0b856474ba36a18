import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appProgram } from '#system';
import { kafkaBrokers, newAuthority, postgresUrl } from '#testing';
import { causeway, type CliResult } from '../support/cli.process.ts';

const SECRET = 'ein-geheimes-wort';
const KEY = 'ab'.repeat(32);

/** Runs a service that is expected to end by itself; `env` is its whole environment beside PATH. */
function service(app: string, env: Readonly<Record<string, string>>): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const child = spawn(process.execPath, [...flags, appProgram(app)], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A role that the server does not have, with a password that nobody shall see. */
function refusedUrl(): string {
  const url = new URL(postgresUrl());
  [url.username, url.password] = ['causeway_nobody', SECRET];
  return url.toString();
}

const integration = () => ({
  CAUSEWAY_INTEGRATION_URL: refusedUrl(),
  CAUSEWAY_SECRET_KEY: KEY,
  CAUSEWAY_KAFKA_BROKERS: kafkaBrokers().join(','),
});

describe('a server that refuses', () => {
  it.each<[string, () => Promise<CliResult>]>([
    ['relay', () => service('relay', integration())],
    ['webhooks', () => service('webhooks', integration())],
    ['causeway parked list', () => causeway(['parked', 'list'], integration())],
    ['causeway migrate with DATABASE_URL', () => causeway(['migrate', 'product'], { DATABASE_URL: refusedUrl() })],
  ])('Postgres ends %s with one line that says who was refused where, and no secret', async (_name, run) => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^POSTGRES_ACCESS_DENIED: .*user=causeway_nobody/);
    expect(`${stdout}${stderr}`).not.toMatch(/ein-geheimes-wort|ab{20}/);
  });

  it('Kafka ends a verb with one line that names the setting', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-tls-'));
    try {
      const ca = join(folder, 'ca.pem');
      await writeFile(ca, (await newAuthority('authority')).cert);
      const env = {
        CAUSEWAY_SOURCE_NAME: 'shop',
        CAUSEWAY_SOURCE_URL: postgresUrl(),
        CAUSEWAY_KAFKA_BROKERS: kafkaBrokers().join(','),
        CAUSEWAY_KAFKA_CA_FILE: ca,
        CAUSEWAY_KAFKA_PASSWORD: SECRET,
      };
      const off = await causeway(['outbox', 'dead-letters', 'list'], env);
      expect(off.stderr).toMatch(/^CONFIG_INVALID: .*CAUSEWAY_KAFKA_CA_FILE needs CAUSEWAY_KAFKA_TLS=on.*\n$/);
      expect(off.code).toBe(2);
      expect(`${off.stdout}${off.stderr}`).not.toContain(SECRET);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
