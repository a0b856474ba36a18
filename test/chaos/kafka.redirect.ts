import { Socket } from 'node:net';

/**
 * A broker tells clients its own address, so that they leave a proxy behind after their first connection. Preloaded by `--import`, this
 * turns every connection to a port aside to another, as the variable says: `<port>=<port of the proxy>`, separated by commas.
 */
export const REDIRECT_VARIABLE = 'CHAOS_REDIRECT';

const asked = process.env[REDIRECT_VARIABLE];
if (asked !== undefined) redirect(new Map(asked.split(',').map((pair) => pair.split('=', 2) as [string, string])));

function redirect(ports: ReadonlyMap<string, string>): void {
  const original = Reflect.get(Socket.prototype, 'connect');
  Reflect.set(Socket.prototype, 'connect', function connect(this: Socket, ...args: unknown[]): Socket {
    // node:net calls it with its own list of normalised arguments, whose first is the options.
    const options: unknown = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
    if (hasPort(options)) {
      const port = ports.get(String(options.port));
      if (port !== undefined) Object.assign(options, { port: Number(port), host: '127.0.0.1' });
    }
    return Reflect.apply(original, this, args) as Socket;
  });
}

function hasPort(options: unknown): options is { port: unknown } {
  return typeof options === 'object' && options !== null && 'port' in options;
}
