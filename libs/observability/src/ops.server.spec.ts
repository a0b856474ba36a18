import { Health } from './health.ts';
import { Gauge, counter, createRegistry, gauge, histogram, type Registry } from './metrics.ts';
import { startOpsServer, type OpsServer } from './ops.server.ts';

let health: Health;
let registry: Registry;
let server: OpsServer;

beforeEach(async () => {
  health = new Health();
  registry = createRegistry('spec');
  server = await startOpsServer({ host: '127.0.0.1', port: 0, health, registry });
});
afterEach(() => server.close());

const ask = async (path: string): Promise<{ status: number; body: string; type: string | null }> => {
  const response = await fetch(`${server.url}${path}`);
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
};

describe('the operators server', () => {
  it('says that the process lives, ready or not', async () => {
    health.set('mapper', { ready: false, reason: 'no broker' });
    expect(await ask('/health')).toEqual({ status: 200, body: '{"alive":true}', type: 'application/json' });
  });

  it('says whether it is ready, and if not why', async () => {
    health.set('mapper', { ready: true });
    expect(await ask('/ready')).toMatchObject({ status: 200, body: '{"ready":true,"parts":{"mapper":"ok"}}' });
    health.set('mapper', { ready: false, reason: 'no broker' });
    expect(await ask('/ready?verbose')).toMatchObject({
      status: 503,
      body: '{"ready":false,"parts":{"mapper":"no broker"}}',
    });
  });

  it('shows metrics by our names', async () => {
    counter(registry, 'things_total', { help: 'Things', labelNames: ['kind'] }).inc({ kind: 'a' }, 2);
    gauge(registry, 'open', { help: 'Open' }).set(3);
    histogram(registry, 'seconds', { help: 'Seconds' }).observe(0.003);
    const { status, body, type } = await ask('/metrics');
    expect(status).toBe(200);
    expect(type).toContain('text/plain');
    expect(body).toContain('causeway_things_total{kind="a",service="spec"} 2');
    expect(body).toContain('causeway_open{service="spec"} 3');
    expect(body).toContain('causeway_seconds_bucket{le="0.005",service="spec"} 1');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('knows no other address', async () => {
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/readyness')).status).toBe(404);
  });

  it('regression: outlives a metric that cannot be collected', async () => {
    const collect = (): never => {
      throw new Error('no');
    };
    registry.registerMetric(new Gauge({ name: 'broken', help: 'Broken', registers: [], collect }));
    expect((await ask('/metrics')).status).toBe(500);
    expect((await ask('/health')).status).toBe(200);
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startOpsServer({ host: '127.0.0.1', port, health, registry })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('closes though a client keeps its connection', async () => {
    await ask('/health');
    await server.close();
    await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed');
    server = await startOpsServer({ host: '127.0.0.1', port: 0, health, registry });
  });
});
