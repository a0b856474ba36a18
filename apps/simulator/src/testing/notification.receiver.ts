import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Callback = Record<string, unknown>;

/** A server that keeps the callbacks it is sent. */
export class NotificationReceiver {
  readonly callbacks: Callback[] = [];
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        this.callbacks.push(JSON.parse(text) as Callback);
        response.writeHead(200).end();
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/zoho?src=crm`;
  }

  /** Waits until so many callbacks have come in all. */
  async until(count: number): Promise<Callback[]> {
    while (this.callbacks.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.callbacks;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
