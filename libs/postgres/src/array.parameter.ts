/** Element types of arrays that are sent in Postgres's binary form, with their object ids (fixed in pg_type.dat). */
const ELEMENT_OIDS = { bigint: 20, boolean: 16, 'double precision': 701, integer: 23, text: 25 } as const;
export type ElementType = keyof typeof ELEMENT_OIDS;
type Value = string | number | boolean | null;

/** Dimensions, whether there are nulls, the element's type, and length and lower bound of the one dimension: each four bytes. */
const HEADER = 20;
const LENGTH = 4;
const NULL_LENGTH = -1;
/** Most bytes that one UTF-16 unit takes in UTF-8. */
const BYTES_A_UNIT = 3;
const TWO_TO_32 = 2 ** 32;
/** UTF-16 units. */
const SHORT = 60;

/**
 * An array as a statement's parameter in the binary form of the protocol (array_send in the server's arrayfuncs.c). The text form has every
 * quote escaped, by us and back by the server, which for columns of JSON costs each side as much as all the rest. The driver sends
 * a Buffer as it is and says that it is binary; the statement says the type: `$1::text[]`.
 * @throws RangeError for a number that is none of the type
 */
export function arrayParameter(type: ElementType, values: readonly Value[]): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + roomOf(type, values));
  const hasNulls = values.includes(null);
  bytes.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  bytes.writeInt32BE(hasNulls ? 1 : 0, 4);
  bytes.writeInt32BE(ELEMENT_OIDS[type], 8);
  // Without elements there is no dimension to tell of.
  if (values.length === 0) return bytes.subarray(0, 12);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEADER;
  for (const value of values)
    at = value === null ? bytes.writeInt32BE(NULL_LENGTH, at) : WRITERS[type](bytes, value, at);
  return bytes.subarray(0, at);
}

/** Bytes that the elements take at most. */
function roomOf(type: ElementType, values: readonly Value[]): number {
  if (type !== 'text') return values.length * (LENGTH + 8);
  let bytes = values.length * LENGTH;
  for (const value of values) if (value !== null) bytes += mostBytesOf(String(value));
  return bytes;
}

/** Of a short text a guess is cheaper than the count. */
function mostBytesOf(text: string): number {
  return text.length > SHORT ? Buffer.byteLength(text) : text.length * BYTES_A_UNIT;
}

/** Each writes the length and the element at a place and gives the place behind it. */
const WRITERS: Readonly<Record<ElementType, (bytes: Buffer, value: string | number | boolean, at: number) => number>> =
  {
    text: (bytes, value, at) => {
      const length = bytes.write(String(value), at + LENGTH);
      bytes.writeInt32BE(length, at);
      return at + LENGTH + length;
    },
    bigint: (bytes, value, at) => {
      bytes.writeInt32BE(8, at);
      const number = Number(value);
      if (!Number.isSafeInteger(number)) return bytes.writeBigInt64BE(BigInt(value), at + LENGTH);
      bytes.writeInt32BE(Math.floor(number / TWO_TO_32), at + LENGTH);
      return bytes.writeUInt32BE(number >>> 0, at + LENGTH + 4);
    },
    integer: (bytes, value, at) => bytes.writeInt32BE(Number(value), bytes.writeInt32BE(4, at)),
    'double precision': (bytes, value, at) => bytes.writeDoubleBE(Number(value), bytes.writeInt32BE(8, at)),
    boolean: (bytes, value, at) => bytes.writeUInt8(value === true ? 1 : 0, bytes.writeInt32BE(1, at)),
  };
