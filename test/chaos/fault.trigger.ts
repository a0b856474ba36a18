import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { FAULT_CHANNEL } from '#observability';
import { FAULT_POINTS, type FaultPoint } from '../../apps/publisher/src/fault.points.ts';
import { RELAY_FAULT_POINTS, type RelayFaultPoint } from '../../apps/relay/src/fault.points.ts';

/**
 * Preloaded into a publisher or relay by `--import`, this ends or freezes the process at a named point of its life, as the variable says:
 * `<point>:<which time>:<kill or freeze>`. Both are signals to the process itself, so not one instruction follows.
 */
export const FAULT_VARIABLE = 'CHAOS_FAULT_POINT';
const KNOWN = [...FAULT_POINTS, ...RELAY_FAULT_POINTS];

/** The last line of a process that met its point. */
export const FAULT_LINE = 'fault point';

export interface FaultTrigger {
  readonly point: FaultPoint | RelayFaultPoint;
  /** 1: the first time that the point is passed. */
  readonly nth: number;
  readonly action: 'kill' | 'freeze';
}

export const formatTrigger = ({ point, nth, action }: FaultTrigger): string => `${point}:${nth}:${action}`;

/** @throws Error for a point or an action that there is not: a trigger that never fires would show nothing */
export function parseTrigger(text: string): FaultTrigger {
  const [name, count, action] = text.split(':');
  const point = KNOWN.find((known) => known === name);
  const nth = Number(count);
  if (point === undefined || !Number.isSafeInteger(nth) || nth < 1 || (action !== 'kill' && action !== 'freeze'))
    throw new Error(`${FAULT_VARIABLE}: no fault point: ${text}`);
  return { point, nth, action };
}

const asked = process.env[FAULT_VARIABLE];
if (asked !== undefined) arm(parseTrigger(asked));

function arm({ point, nth, action }: FaultTrigger): void {
  let left = nth;
  subscribe(FAULT_CHANNEL, (passed) => {
    if (passed !== point) return;
    left -= 1;
    if (left !== 0) return;
    writeSync(1, `${JSON.stringify({ level: 'info', msg: FAULT_LINE, point, action })}\n`);
    process.kill(process.pid, action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  });
}
