import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Signatures and fixed lengths of a ZIP archive (PKWARE's APPNOTE, 4.3). */
const LOCAL = { signature: 0x04_03_4b_50, bytes: 30 };
const CENTRAL = { signature: 0x02_01_4b_50, bytes: 46 };
const END = { signature: 0x06_05_4b_50, bytes: 22 };
const DEFLATED = 8;
const STORED = 0;
/** Version 2.0: deflate. */
const VERSION = 20;
/** Longest comment at an archive's end. */
const MOST_COMMENT = 65_535;
/** A result that unpacks to more than this is none of ours. */
const MOST_UNPACKED = 512 * 1024 * 1024;

/** An archive with one file. */
export function zipOne(name: string, content: string): Uint8Array {
  const raw = Buffer.from(content);
  const packed = deflateRawSync(raw);
  const path = Buffer.from(name);
  const about = Buffer.alloc(26);
  about.writeUInt16LE(VERSION, 0);
  about.writeUInt16LE(DEFLATED, 4);
  about.writeUInt32LE(crc32(raw), 10);
  about.writeUInt32LE(packed.length, 14);
  about.writeUInt32LE(raw.length, 18);
  about.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([uint32(LOCAL.signature), about, path, packed]);
  const central = Buffer.concat([uint32(CENTRAL.signature), uint16(VERSION), about, Buffer.alloc(14), path]);
  const end = Buffer.alloc(END.bytes);
  end.writeUInt32LE(END.signature, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

/**
 * The text of the only file in an archive; null for anything that is not a whole archive with one intact file. Length and
 * checksum are compared, so that a cut answer is never taken for a shorter result.
 */
export function unzipOne(bytes: Uint8Array): string | null {
  try {
    return open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return null;
  }
}

function open(zip: Buffer): string | null {
  const end = endOf(zip);
  if (end === null || zip.readUInt16LE(end + 10) !== 1) return null;
  const entry = zip.readUInt32LE(end + 16);
  if (zip.readUInt32LE(entry) !== CENTRAL.signature) return null;
  const method = zip.readUInt16LE(entry + 10);
  const [checksum, packed, size] = [16, 20, 24].map((at) => zip.readUInt32LE(entry + at));
  if (checksum === undefined || packed === undefined || size === undefined || size > MOST_UNPACKED) return null;
  const local = zip.readUInt32LE(entry + 42);
  if (zip.readUInt32LE(local) !== LOCAL.signature) return null;
  const start = local + LOCAL.bytes + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  if (start + packed > entry || (method !== DEFLATED && method !== STORED)) return null;
  const content = zip.subarray(start, start + packed);
  const raw = method === STORED ? content : inflateRawSync(content, { maxOutputLength: size + 1 });
  if (raw.length !== size || crc32(raw) !== checksum) return null;
  return new TextDecoder('utf-8', { fatal: true }).decode(raw);
}

/** Where the end record begins: before a comment that fills the rest exactly. */
function endOf(zip: Buffer): number | null {
  for (let at = zip.length - END.bytes; at >= Math.max(0, zip.length - END.bytes - MOST_COMMENT); at -= 1) {
    const isEnd = zip.readUInt32LE(at) === END.signature && at + END.bytes + zip.readUInt16LE(at + 20) === zip.length;
    if (isEnd) return at;
  }
  return null;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
