import { z } from 'zod';
import { formatLsn, parseLsn, type Lsn } from './lsn.ts';

/**
 * How far a slot's stream is stored in Kafka.
 *
 * `lsn` with ordinal 0: every transaction that committed before this address is stored (a commit's end, or a keepalive's
 * position). With an ordinal above 0, `lsn` is the address of a commit record: every transaction that committed before it
 * is stored, and of that one the first `ordinal` rows. A transaction's Begin names the address of its commit record, its
 * end comes with Commit only; and since an end is above its own commit record and not above the next one, positions are
 * in order as pairs (lsn, ordinal).
 */
export interface Position {
  /** Names one life of the slot: a slot created again has another. */
  readonly generation: string;
  readonly lsn: Lsn;
  readonly ordinal: number;
}

/** The server that a position belongs to, as IDENTIFY_SYSTEM tells it. */
export interface SystemIdentity {
  readonly systemId: string;
  readonly timeline: number;
}

/** What was true of the source and of Kafka when a position was stored; absent in positions of older releases. */
export interface PositionContext {
  /** When the last stored transaction committed, RFC 3339; idle positions keep it. A gap begins there at the earliest. */
  readonly committedAt?: string | undefined;
  /** Which publication the rows came through, and when it was last found to be that one. */
  readonly publication?: { readonly id: string; readonly seenAt: string } | undefined;
  /** Number of partitions of each topic that rows went to. */
  readonly topics?: Readonly<Record<string, number>> | undefined;
}

/** A position as it is stored, with what a gap report needs. */
export interface StoredPosition extends Position, SystemIdentity, PositionContext {
  /** When it was stored, RFC 3339. */
  readonly storedAt: string;
}

/** Negative when `a` is before `b`. */
export function comparePositions(a: Pick<Position, 'lsn' | 'ordinal'>, b: Pick<Position, 'lsn' | 'ordinal'>): number {
  if (a.lsn !== b.lsn) return a.lsn < b.lsn ? -1 : 1;
  return a.ordinal - b.ordinal;
}

const storedSchema = z.object({
  generation: z.string().min(1),
  lsn: z.string().transform((text, context) => {
    try {
      return parseLsn(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'no LSN' });
      return z.NEVER;
    }
  }),
  ordinal: z.int().min(0),
  systemId: z.string().min(1),
  timeline: z.int().min(1),
  storedAt: z.iso.datetime(),
  committedAt: z.iso.datetime().optional(),
  publication: z.object({ id: z.string(), seenAt: z.iso.datetime() }).optional(),
  topics: z.record(z.string(), z.int().min(1)).optional(),
});

/** The value of a position record: JSON, so that people can read the topic. */
export function encodePosition(position: StoredPosition): Buffer {
  return Buffer.from(JSON.stringify({ ...position, lsn: formatLsn(position.lsn) }));
}

/** @throws ZodError or SyntaxError when the bytes are no position: then somebody else writes to the topic. */
export function decodePosition(value: Uint8Array): StoredPosition {
  return storedSchema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
}
