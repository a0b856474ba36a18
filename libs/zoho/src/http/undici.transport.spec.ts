import { closedOrigin, httpText, startRawServer } from '../testing/raw.server.ts';
import type { HttpRequest, Transport } from './exchange.types.ts';
import { createUndiciTransport } from './undici.transport.ts';

let transport: Transport;
beforeEach(() => {
  transport = createUndiciTransport({ timeouts: { connect: 500, call: 2_000 } });
});
afterEach(() => transport.close());

function post(origin: string, body = '{"data":[]}'): HttpRequest {
  return { origin, method: 'POST', path: '/crm/v8/Leads', headers: { 'content-type': 'application/json' }, body };
}

describe('what became of a request', () => {
  it('is an answer with its status, headers and bytes, over connections kept open', async () => {
    await using server = await startRawServer((socket) => socket.write(httpText('{"a":1}')));
    const first = await transport.send(post(server.origin));
    expect(first).toMatchObject({ kind: 'answer', status: 200, headers: { 'content-length': '7' } });
    expect(first.kind === 'answer' && Buffer.from(first.body).toString()).toBe('{"a":1}');
    for (let call = 0; call < 10; call += 1) await transport.send(post(server.origin));
    // A call that follows at once finds the first connection still busy; from then on the two take turns.
    expect(server.received.length).toBeLessThanOrEqual(2);
  });

  it('is never sent where nobody listens', async () => {
    const exchange = await transport.send(post(await closedOrigin()));
    expect(exchange).toEqual({ kind: 'not_sent', reason: 'ECONNREFUSED' });
  });

  it('is never sent where the name does not resolve', async () => {
    expect(await transport.send(post('http://nowhere.invalid'))).toMatchObject({ kind: 'not_sent' });
  });

  it('is lost when the connection is reset after the request', async () => {
    await using server = await startRawServer((socket) => socket.resetAndDestroy());
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'lost' });
  });

  it('is lost when the server closes without an answer', async () => {
    await using server = await startRawServer((socket) => socket.end());
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'lost' });
  });

  it.each([
    ['with a content length', httpText('{"data":[{"code":', ['content-length: 400'])],
    ['in chunks', httpText('5\r\n{"dat', ['transfer-encoding: chunked'])],
    ['in the head', 'HTTP/1.1 200 OK\r\nconte'],
    ['in the status line', 'HTT'],
  ])('is lost when the answer is cut %s', async (_name, text) => {
    await using server = await startRawServer((socket) => socket.end(text));
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'lost' });
  });

  it('is an answer with half a body when only the closing of the connection ends it: its reader finds out', async () => {
    await using server = await startRawServer((socket) => socket.end(httpText('{"data":[', [])));
    const exchange = await transport.send(post(server.origin));
    expect(exchange.kind === 'answer' && Buffer.from(exchange.body).toString()).toBe('{"data":[');
  });

  it('is lost when it is no HTTP', async () => {
    await using server = await startRawServer((socket) => socket.end('220 smtp.example ESMTP\r\n'));
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'lost' });
  });

  it.each([
    ['headers', 'UND_ERR_HEADERS_TIMEOUT', ''],
    ['body', 'UND_ERR_BODY_TIMEOUT', httpText('{"data":[', ['content-length: 400'])],
  ] as const)('is lost when nothing more of the %s comes for too long', async (part, reason, said) => {
    const impatient = createUndiciTransport({ timeouts: { [part]: 100, call: 60_000 } });
    await using server = await startRawServer((socket) => socket.write(said));
    expect(await impatient.send(post(server.origin))).toEqual({ kind: 'lost', reason });
    await impatient.close();
  });

  it('is lost when the answer does not come in time', async () => {
    const impatient = createUndiciTransport({ timeouts: { call: 150 } });
    await using server = await startRawServer(() => undefined);
    expect(await impatient.send(post(server.origin))).toEqual({ kind: 'lost', reason: 'TIMEOUT' });
    await impatient.close();
  });

  it('is lost when the answer stops half-way and stays open', async () => {
    const impatient = createUndiciTransport({ timeouts: { call: 150 } });
    await using server = await startRawServer((socket) => socket.write(httpText('{"da', ['content-length: 90'])));
    expect(await impatient.send(post(server.origin))).toEqual({ kind: 'lost', reason: 'TIMEOUT' });
    await impatient.close();
  });

  it('is what was told: with more calls than connections, those that arrived are exactly those told as lost', async () => {
    const impatient = createUndiciTransport({ timeouts: { call: 200 } });
    await using server = await startRawServer(() => undefined);
    const paths = Array.from({ length: 40 }, (_, index) => `/call-${index}/`);
    const sent = paths.map(async (path) => ({ path, ...(await impatient.send({ ...post(server.origin), path })) }));
    const told = await Promise.all(sent);
    const lost = told.filter(({ kind }) => kind === 'lost').map(({ path }) => path);
    expect(told.filter(({ kind }) => kind === 'not_sent')).toHaveLength(paths.length - lost.length);
    const arrived = () => server.received.flatMap((text) => /POST (\S+) /.exec(text)?.[1] ?? []);
    await waitFor(() => arrived().length >= lost.length);
    await impatient.close();
    expect(new Set(arrived())).toEqual(new Set(lost));
  });

  it('follows no redirect', async () => {
    const text = 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n';
    await using server = await startRawServer((socket) => socket.write(text));
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'answer', status: 302 });
  });

  it('is an answer when the transport is closed meanwhile, and never sent afterwards', async () => {
    await using server = await startRawServer((socket) => setImmediate(() => socket.write(httpText('{"a":1}'))));
    const under = transport.send(post(server.origin));
    await waitFor(() => server.received.some((text) => text !== ''));
    await transport.close();
    expect(await under).toMatchObject({ kind: 'answer', status: 200 });
    expect(await transport.send(post(server.origin))).toMatchObject({ kind: 'not_sent' });
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
