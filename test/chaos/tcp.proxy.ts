import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands between a client and a server, and can go silent, cut all connections, or turn new ones away. */
export class TcpProxy implements AsyncDisposable {
  readonly #links = new Set<Link>();
  readonly #listener: Server;
  #refusing = false;
  #silent = { requests: false, answers: false };

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#listener = createServer((client) => this.#accept(client, target));
  }

  static async open(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Lets nothing through any more; with `answers` requests still reach the server, and nobody hears what became of them. */
  stall(what: 'everything' | 'answers'): void {
    this.#silent = { requests: what === 'everything', answers: true };
    for (const link of this.#links) this.#flow(link);
  }

  resume(): void {
    this.#silent = { requests: false, answers: false };
    for (const link of this.#links) this.#flow(link);
  }

  /** Resets every connection. */
  cut(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#refusing = true;
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
  }

  #accept(client: Socket, target: { readonly host: string; readonly port: number }): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const link = { client, server: connect(target) };
    this.#links.add(link);
    for (const [end, other] of [
      [link.client, link.server],
      [link.server, link.client],
    ] as const) {
      end.setNoDelay(true);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        other.destroy();
        this.#links.delete(link);
      });
    }
    this.#flow(link);
  }

  #flow({ client, server }: Link): void {
    for (const [from, to, silent] of [
      [client, server, this.#silent.requests],
      [server, client, this.#silent.answers],
    ] as const) {
      from.unpipe(to);
      if (silent) from.pause();
      else from.pipe(to);
    }
  }
}
