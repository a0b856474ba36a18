import type { FastifyReply, FastifyRequest } from 'fastify';
import { ALL_CALLS } from '../api/all.calls.ts';
import { RouteTable } from '../api/route.table.ts';
import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';

const ROUTES = new RouteTable(ALL_CALLS);

/** Ends the connection after so many bytes of the body, when a fault is armed that wants it. True when it took the request. */
export function cutRequest(
  org: Org,
  given: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): boolean {
  const { request, reply } = given;
  const path = request.url.split('?')[0] ?? '';
  if (org.faults.all().length === 0 || !/^\/(crm|oauth)\//.test(path)) return false;
  const route = ROUTES.find(request.method, path);
  const kind = path === '/oauth/v2/token' ? 'oauth.token' : typeof route === 'object' ? route.call.kind : 'unknown';
  const name = path.split('/')[3] ?? '';
  const module = /^[A-Z]/.test(name) ? name : null;
  const cut = org.faults.takeCut({ kind, path, method: request.method, module });
  if (cut === undefined) return false;
  reply.hijack();
  let read = 0;
  const end = (): void => {
    request.raw.socket.destroy();
  };
  request.raw.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read >= cut.bytes) end();
  });
  request.raw.on('end', end);
  org.calls.add({
    at: formatTime(org.clock.now()),
    method: request.method,
    path,
    query: '',
    module,
    kind,
    status: 0,
    credits: 0,
    recordCount: 0,
    trigger: null,
    fault: cut.id,
    durationMs: 0,
  });
  return true;
}
