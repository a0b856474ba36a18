import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { errorBody } from '../answers/answer.ts';
import { invalidHost, invalidUrl } from '../answers/errors.ts';
import { refusalAnswer } from '../answers/refusal.answer.ts';
import { addControl } from '../control/control.routes.ts';
import type { Org } from '../org/org.ts';
import { addPage } from '../page/page.routes.ts';
import { handleApi } from './api.pipeline.ts';
import { handleOAuth } from './oauth.pipeline.ts';
import type { RawRequest } from './raw.request.ts';
import { cutRequest } from './request.cut.ts';
import { send, sendAnswer } from './send.ts';

/** Which host of a data centre a listener is: the accounts server, the API, or both on one address. */
export type HostRole = 'both' | 'accounts' | 'api';

const MOST_BYTES = 32 * 1024 * 1024;

/** The listener: the imitated API, the accounts server, the control side and the page, all on one address. */
export function makeServer(org: Org, role: HostRole = 'both'): FastifyInstance {
  const app = fastify({
    bodyLimit: MOST_BYTES,
    logger: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => {
      void sendAnswer(reply, refusalAnswer(invalidUrl()));
    },
  });
  // Bodies stay text until the call is known: what malformed JSON means is the API's to say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const code = status === 413 ? 'FILE_TOO_LARGE' : status < 500 ? 'INVALID_DATA' : 'INTERNAL_ERROR';
    return sendAnswer(reply, {
      status,
      body: errorBody(code, status < 500 ? 'invalid data' : 'Internal Server Error'),
    });
  });
  app.setNotFoundHandler((_request, reply) => sendAnswer(reply, refusalAnswer(invalidUrl())));
  app.addHook('onRequest', (request, reply, done) => {
    if (!cutRequest(org, { request, reply })) done();
  });
  app.get('/health', () => ({ status: 'ok' }));
  const api = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    role === 'accounts'
      ? sendAnswer(reply, refusalAnswer(invalidHost()))
      : send(reply, await handleApi(org, rawOf(request)));
  app.all('/crm/*', api);
  // Results of bulk writes have an address of their own (reference 4.2).
  app.all('/v8/*', api);
  if (role !== 'api') {
    app.all('/oauth/*', async (request, reply) => send(reply, await handleOAuth(org, rawOf(request))));
  }
  addControl(app, org);
  addPage(app, org);
  return app;
}

function rawOf(request: FastifyRequest): RawRequest {
  const [path, query] = splitUrl(request.url);
  return {
    method: request.method,
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    text: typeof request.body === 'string' ? request.body : Buffer.isBuffer(request.body) ? String(request.body) : '',
    bytes: Buffer.isBuffer(request.body) ? request.body : undefined,
  };
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
