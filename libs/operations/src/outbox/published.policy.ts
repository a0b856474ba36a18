/** Less WAL than this is what any server writes by itself between two looks of the publisher. */
const CAUGHT_UP_BYTES = 1024 * 1024;

/** A position in Kafka as far as times are concerned, RFC 3339. */
export interface PublishedPosition {
  readonly storedAt: string;
  readonly committedAt: string | null;
  readonly behindBytes: number;
}

/** Rows written before this instant are in Kafka, as far as times can tell; null without a position. Pure. */
export function publishedUpTo(position: PublishedPosition | null): string | null {
  if (position === null) return null;
  return position.behindBytes < CAUGHT_UP_BYTES ? position.storedAt : (position.committedAt ?? position.storedAt);
}
