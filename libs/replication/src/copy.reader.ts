import type { Socket } from 'node:net';

export interface CopyHandlers {
  /** Something came, whatever it is. */
  readonly onChunk: () => void;
  /** The payload of a CopyData message: a part of a buffer that nobody writes to any more. */
  readonly onFrame: (buffer: Buffer, start: number, end: number) => void;
  /** What came is none of the protocol: nothing that follows can be read. */
  readonly onBroken: (error: RangeError) => void;
}

type Listener = (chunk: Buffer) => void;

const COPY_DATA = 0x64;
/** Type and length; the length counts itself and not the type. */
const HEADER_BYTES = 5;
const LONGEST = 1024 * 1024 * 1024 + HEADER_BYTES;

/**
 * Reads a socket in copy mode (PostgreSQL manual, "Message Formats"). pg's own parser makes objects of every message and joins
 * chunks in a buffer that it writes over, so each row would have to be copied out of it. Here rows stay where the socket put them;
 * only a message that a chunk's end cuts is put together anew.
 */
export class CopyReader {
  readonly #handlers: CopyHandlers & { readonly onOther: Listener };
  /** A message whose end has not come, and how much of it is there. */
  #partial: Buffer | undefined;
  #filled = 0;
  /** The beginning of a message, too short to say how long it is. */
  #stub: Buffer | undefined;

  /** `onOther` is given every whole message that is no CopyData. */
  constructor(handlers: CopyHandlers & { readonly onOther: Listener }) {
    this.#handlers = handlers;
  }

  /**
   * Stands between a socket and those who listen to it. Only while no answer is under way: what they have read of a message that is
   * not complete would be lost.
   */
  static attach(socket: Socket, handlers: CopyHandlers): void {
    const listeners = socket.listeners('data') as Listener[];
    const reader = new CopyReader({
      ...handlers,
      onOther: (message) => {
        for (const listener of listeners) listener.call(socket, message);
      },
    });
    // Taking the last listener away must not stop the flow.
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    for (const listener of listeners) socket.removeListener('data', listener);
  }

  /** The chunk belongs to the reader from now on. */
  push(given: Buffer): void {
    this.#handlers.onChunk();
    const chunk = this.#stub === undefined ? given : Buffer.concat([this.#stub, given]);
    this.#stub = undefined;
    let at = this.#partial === undefined ? 0 : this.#fill(this.#partial, chunk);
    while (chunk.length - at >= HEADER_BYTES) {
      const length = 1 + chunk.readUInt32BE(at + 1);
      if (length < HEADER_BYTES || length > LONGEST) {
        // Thrown inside the socket's event it would end the process.
        this.#handlers.onBroken(new RangeError(`a message of ${length} bytes`));
        return;
      }
      if (at + length > chunk.length) {
        this.#partial = Buffer.allocUnsafeSlow(length);
        this.#filled = chunk.copy(this.#partial, 0, at);
        return;
      }
      this.#message(chunk, at, at + length);
      at += length;
    }
    if (at < chunk.length) this.#stub = chunk.subarray(at);
  }

  /** Adds what the chunk has of the message that was cut; the answer is where the next one begins. */
  #fill(partial: Buffer, chunk: Buffer): number {
    const copied = chunk.copy(partial, this.#filled);
    this.#filled += copied;
    if (this.#filled === partial.length) {
      this.#partial = undefined;
      this.#message(partial, 0, partial.length);
    }
    return copied;
  }

  #message(buffer: Buffer, start: number, end: number): void {
    if (buffer[start] === COPY_DATA) this.#handlers.onFrame(buffer, start + HEADER_BYTES, end);
    else this.#handlers.onOther(buffer.subarray(start, end));
  }
}
