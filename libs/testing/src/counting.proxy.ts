import { connect, createServer, type AddressInfo } from 'node:net';

/** A way to a server on which connections are counted. */
export interface CountingProxy extends AsyncDisposable {
  /** host:port to connect to instead. */
  readonly address: string;
  /** Connections that were begun so far. */
  count(): number;
}

/** @param target host:port of the server */
export async function countingProxy(target: string): Promise<CountingProxy> {
  let count = 0;
  const [host = '', port = ''] = target.split(':');
  const server = createServer((near) => {
    count += 1;
    const far = connect(Number(port), host);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
