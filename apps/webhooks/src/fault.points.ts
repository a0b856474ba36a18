import { channel } from 'node:diagnostics_channel';

/**
 * The named steps of the webhook service. A point is passed when its step is done and the next has not begun, so a process that ends
 * there leaves exactly that behind.
 */
export const FAULT_POINTS = [
  'notification stored',
  'notifications marked',
  'records claimed',
  'records read',
  'readings stored',
  'sweep page read',
  'sweep page stored',
  'sweep ended',
  'channel subscribed',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Test builds listen here: test/chaos/return-path.program.ts, preloaded, ends the process at a point. */
export const FAULT_CHANNEL = 'causeway.webhooks.fault-point';

const points = channel(FAULT_CHANNEL);

/** Tells a listener that a step is done. Production has none and no setting that makes one. */
export function faultPoint(point: FaultPoint): void {
  if (points.hasSubscribers) points.publish(point);
}
