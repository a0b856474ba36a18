/** Bytes of a signed 32-bit number in Kafka's zigzag variable-length form. */
export function varintLength(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** The same for a whole number of up to 53 bits. */
export function varlongLength(value: number): number {
  if (fitsInt32(value)) return varintLength(value);
  let length = 1;
  for (let rest = zigzag64(value) >> 7n; rest > 0n; rest >>= 7n) length += 1;
  return length;
}

function fitsInt32(value: number): boolean {
  return (value | 0) === value;
}

function zigzag64(value: number): bigint {
  return value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
}

const NULL_LENGTH = -1;
/** Below this a loop is faster than a call into the runtime. */
export const SMALL = 32;

/** Bytes of a length and what it counts; a null is a length of -1. */
export function bytesLength(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintLength(bytes.length) + bytes.length;
}

/** Writes a number in Kafka's zigzag variable-length form; the answer is where it ends. */
export function writeVarint(target: Buffer, value: number, at: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let end = at;
  while (rest >= 0x80) {
    target[end] = (rest & 0x7f) | 0x80;
    end += 1;
    rest >>>= 7;
  }
  target[end] = rest;
  return end + 1;
}

/** The same for a whole number of up to 53 bits. */
export function writeVarlong(target: Buffer, value: number, at: number): number {
  if (fitsInt32(value)) return writeVarint(target, value, at);
  let end = at;
  let rest = zigzag64(value);
  for (; rest >= 0x80n; rest >>= 7n) {
    target[end] = Number(rest & 0x7fn) | 0x80;
    end += 1;
  }
  target[end] = Number(rest);
  return end + 1;
}

/** Writes a length and what it counts; a null is a length of -1. The answer is where it ends. */
export function writeBytes(target: Buffer, bytes: Buffer | null, at: number): number {
  if (bytes === null) return writeVarint(target, NULL_LENGTH, at);
  const { length } = bytes;
  const start = writeVarint(target, length, at);
  if (length < SMALL) for (let index = 0; index < length; index += 1) target[start + index] = bytes[index] as number;
  else target.set(bytes, start);
  return start + length;
}

/** Reads numbers and texts that were written in these forms, one behind the other. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  varint(): number {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = this.#buffer[this.#at] ?? 0;
      this.#at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
      shift += 7;
    }
  }

  /** Not copied. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }
}
