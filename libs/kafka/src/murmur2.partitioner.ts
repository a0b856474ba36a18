const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/** The hash of Kafka's Java client (`Utils.murmur2`), as a signed 32-bit number; of a part of the buffer where bounds are given. */
export function murmur2(key: Buffer, start = 0, end = key.length): number {
  const length = end - start;
  let hash = SEED ^ length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    let word = Math.imul(key.readInt32LE(at), MIX);
    word ^= word >>> 24;
    hash = Math.imul(hash, MIX) ^ Math.imul(word, MIX);
  }
  if (at < end) {
    hash = Math.imul(hash ^ key.readUIntLE(at, end - at), MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}

/**
 * The partition that Java's default partitioner picks for a key: the sign bit is cut off, not the absolute value taken and
 * not the unsigned value, which is what other clients do and what differs unless the number of partitions is a power of two.
 */
export function partitionOf(key: Buffer, partitions: number): number {
  return partitionOfHash(murmur2(key), partitions);
}

export function partitionOfHash(hash: number, partitions: number): number {
  return (hash & 0x7fff_ffff) % partitions;
}
