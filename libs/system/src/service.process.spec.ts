import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#testing';
import { ServiceProcess } from './service.process.ts';

/** A service as far as its supervisor sees it: it takes its port from the environment, and says where it listens. */
const PROGRAM = `
import { createServer } from 'node:http';
const server = createServer((_, answer) => answer.end()).listen(Number(process.env.CAUSEWAY_PORT ?? 0), '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  console.log(JSON.stringify({ level: 'info', msg: 'listening', url }));
  console.log(JSON.stringify({ level: 'info', msg: 'working' }));
});
`;

describe('ServiceProcess', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-service-spec-'));
    await writeFile(join(folder, 'service.mjs'), PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('regression: what was killed comes back at its address, where the doctor looks, and is told', async () => {
    const told: string[] = [];
    const service = new ServiceProcess({
      name: 'one',
      program: join(folder, 'service.mjs'),
      env: { PATH: process.env['PATH'] ?? '' },
      logFile: join(folder, 'one.log'),
      readyWhen: 'working',
      onRestart: (name, why) => told.push(`${name} ${why}`),
    });
    try {
      await service.start();
      const { url, pid } = service;
      service.kill('SIGKILL');
      await until(() => service.restarts === 1 && service.pid !== pid);
      await service.ready;
      expect(service.url).toBe(url);
      expect((await fetch(url)).status).toBe(200);
      expect(told).toEqual(['one ended with SIGKILL']);
    } finally {
      await service.stop();
    }
    expect(told).toHaveLength(1);
  });
});
