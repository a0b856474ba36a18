import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly health: Health;
  readonly registry: Registry;
}

export interface OpsAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What the operators' endpoints answer: `/health` (the process lives), `/ready` (it can work; else 503 and why), `/metrics` (Prometheus text). */
export async function opsAnswer(url: string, parts: Pick<OpsServerOptions, 'health' | 'registry'>): Promise<OpsAnswer> {
  const [path] = url.split('?');
  const json = (status: number, body: unknown): OpsAnswer => ({
    status,
    type: 'application/json',
    body: JSON.stringify(body),
  });
  if (path === '/health') return json(200, { alive: true });
  if (path === '/metrics')
    return { status: 200, type: parts.registry.contentType, body: await parts.registry.metrics() };
  if (path !== '/ready') return json(404, { error: 'try /health, /ready or /metrics' });
  const report = parts.health.report();
  return json(report.ready ? 200 : 503, report);
}

/** Serves the operators' endpoints of a process that has no HTTP server of its own. */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => void answer(request, response, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: OpsServerOptions): Promise<void> {
  try {
    const { status, type, body } = await opsAnswer(request.url ?? '/', options);
    response.writeHead(status, { 'content-type': type }).end(body);
  } catch {
    // A gauge that cannot be collected must not end the process.
    response.writeHead(500).end();
  }
}
