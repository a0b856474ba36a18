import { createServer, type Server, type Socket } from 'node:net';

/** A server that sees raw bytes, for faults that an HTTP server cannot make. */
export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  /** What arrived, one text a connection. */
  readonly received: string[];
}

/** Calls `onData` with all that a connection has sent so far. */
export async function startRawServer(onData: (socket: Socket, text: string) => void): Promise<RawServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const index = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received[index] += chunk.toString();
      onData(socket, received[index] ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** A port on which nobody listens. */
export async function closedOrigin(): Promise<string> {
  const server = await startRawServer(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.origin;
}

/** An HTTP answer as text. */
export function httpText(
  body: string,
  head: readonly string[] = [`content-length: ${Buffer.byteLength(body)}`],
): string {
  return ['HTTP/1.1 200 OK', ...head, '', body].join('\r\n');
}
