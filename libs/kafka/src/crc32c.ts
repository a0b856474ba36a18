import { createRequire } from 'node:module';
import { crc32c as portable } from '@platformatic/kafka';

type Crc32c = (bytes: Buffer) => number;

/** Ten times as fast, where it has a build for the platform. The client would use it as well, but copies what it is given. */
function native(): Crc32c | undefined {
  try {
    return (createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: Crc32c }).crc32c;
  } catch {
    return undefined;
  }
}

/** The checksum of record batches. */
export const crc32c: Crc32c = native() ?? ((bytes) => portable(bytes));
