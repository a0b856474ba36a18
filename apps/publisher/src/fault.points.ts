import { passFaultPoint } from '#observability';

/**
 * The named steps of a publisher's life, in their order (ARCHITECTURE.md, "The publisher"). A point is passed when its step is done
 * and the next has not begun, so a process that ends there leaves exactly that behind.
 */
export const FAULT_POINTS = [
  'slot created',
  'slot owned',
  'producers fenced',
  'position read',
  'first position stored',
  'batch taken',
  'topics ensured',
  'transaction begun',
  'records sent',
  'before commit',
  'commit answered',
  'confirmed',
  'part stored',
  'idle position stored',
  'status sent',
  'stopping',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Tells a listener that a step is done; a few times a batch. */
export function faultPoint(point: FaultPoint): void {
  passFaultPoint(point);
}

/** The points behind a batch that Kafka holds and whose position was given to the stream. */
export function batchConfirmed(batch: {
  readonly records: readonly unknown[];
  readonly position: { readonly ordinal: number };
}): void {
  faultPoint('confirmed');
  if (batch.records.length === 0) faultPoint('idle position stored');
  else if (batch.position.ordinal > 0) faultPoint('part stored');
}
