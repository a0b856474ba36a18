import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.types.ts';

type Headers = Record<string, string | string[] | undefined>;

/** An answer longer than this is no answer of this API: a list of 200 records with long texts stays far below. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Collects one answer and settles exactly once. The moment at which undici hands the request to a socket
 * (`onRequestStart`) divides "never sent" from "lost": what fails later may have reached the server.
 */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #settle: (exchange: Exchange) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #settled = false;

  constructor(settle: (exchange: Exchange) => void, timeout: number) {
    this.#settle = settle;
    this.#timer = setTimeout(() => this.#fail('TIMEOUT'), timeout);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Timed out while it waited for a connection: it has been reported as never sent, so it must not go out now.
    if (this.#settled) controller.abort(new Error('TIMEOUT'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = flat(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > MOST_BYTES) this.#fail('ANSWER_TOO_LARGE');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish({ kind: 'answer', status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#fail(codeOf(error));
  }

  #fail(reason: string): void {
    const controller = this.#controller;
    this.#finish({ kind: controller === null ? 'not_sent' : 'lost', reason });
    if (controller !== null && !controller.aborted) controller.abort(new Error(reason));
  }

  #finish(exchange: Exchange): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#settle(exchange);
  }
}

/** The code of an error (`ECONNREFUSED`, `UND_ERR_SOCKET`): messages may name addresses and are left out. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function flat(headers: Headers): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
