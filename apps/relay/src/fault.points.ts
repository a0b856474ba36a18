import { passFaultPoint } from '#observability';

/**
 * The named steps of a relay's life between each two effects (ARCHITECTURE.md, "The relay under faults"). A point is passed when its step
 * is done and the next has not begun, so a process that ends there leaves exactly that behind. The last two are passed in
 * libs/connections, where tokens are kept.
 */
export const RELAY_FAULT_POINTS = [
  'batch received',
  'batch mapped',
  'offsets committed',
  'timers told',
  'timers committed',
  'commands claimed',
  'unknown looked up',
  'unknown settled',
  'echoes stored',
  'call answered',
  'lead converted',
  'outcomes settled',
  'token change begun',
  'token stored',
] as const;
export type RelayFaultPoint = (typeof RELAY_FAULT_POINTS)[number];

/** Tells a listener that a step is done; a few times a batch. */
export function faultPoint(point: RelayFaultPoint): void {
  passFaultPoint(point);
}
