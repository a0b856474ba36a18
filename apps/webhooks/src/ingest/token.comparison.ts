import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares secrets in constant time: of their digests, which have one length, so that not even the length leaks. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
