import { channel } from 'node:diagnostics_channel';

/** Test builds listen here: test/chaos/fault.trigger.ts, preloaded, ends or freezes the process at a point. */
export const FAULT_CHANNEL = 'causeway.fault-point';

const points = channel(FAULT_CHANNEL);

/**
 * Tells a listener that a named step of the process is done and the next has not begun. Production has no listener and no setting
 * that makes one: it costs the look at a flag.
 */
export function passFaultPoint(point: string): void {
  if (points.hasSubscribers) points.publish(point);
}
