/** Bytes of a signed 32-bit number in Kafka's zigzag variable-length form. */
export function varintLength(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** The same for a signed 64-bit number. */
export function varlongLength(value: number): number {
  let length = 1;
  for (let rest = zigzag64(value) >> 7n; rest > 0n; rest >>= 7n) length += 1;
  return length;
}

function zigzag64(value: number): bigint {
  return value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
}

const NULL_LENGTH = -1;
/** Below this a loop is faster than a call into the runtime. */
const SMALL = 24;

/** Bytes of a length and what it counts; a null is a length of -1. */
export function bytesLength(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintLength(bytes.length) + bytes.length;
}

/** Writes one value behind the other into a buffer whose size was computed before. */
export class ByteWriter {
  readonly buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  zeros(count: number): void {
    this.buffer.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest >= 0x80) {
      this.buffer[this.#at] = (rest & 0x7f) | 0x80;
      this.#at += 1;
      rest >>>= 7;
    }
    this.buffer[this.#at] = rest;
    this.#at += 1;
  }

  varlong(value: number): void {
    let rest = zigzag64(value);
    for (; rest >= 0x80n; rest >>= 7n) {
      this.buffer[this.#at] = Number(rest & 0x7fn) | 0x80;
      this.#at += 1;
    }
    this.buffer[this.#at] = Number(rest);
    this.#at += 1;
  }

  bytes(bytes: Buffer | null): void {
    if (bytes === null) {
      this.varint(NULL_LENGTH);
      return;
    }
    const { length } = bytes;
    this.varint(length);
    if (length < SMALL)
      for (let index = 0; index < length; index += 1) this.buffer[this.#at + index] = bytes[index] as number;
    else this.buffer.set(bytes, this.#at);
    this.#at += length;
  }
}
