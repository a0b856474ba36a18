import type { z } from 'zod';
import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import { SETTINGS, type BODIES } from './control.body.ts';
import { ControlError } from './control.error.ts';

type Body<N extends keyof typeof BODIES> = z.output<(typeof BODIES)[N]>;

export function clock(org: Org): unknown {
  return { now: org.clock.now(), iso: formatTime(org.clock.now()) };
}

export function setClock(org: Org, body: Body<'clock'>): unknown {
  const { now, advanceMs } = body;
  if (now === undefined && advanceMs === undefined) throw new ControlError(400, 'give "now" or "advanceMs"');
  if (now !== undefined) org.clock.set(typeof now === 'number' ? now : Date.parse(now));
  if (advanceMs !== undefined) org.clock.advance(advanceMs);
  org.jobs.settle();
  return clock(org);
}

export function faults(org: Org): unknown {
  return { faults: org.faults.all() };
}

export function armFault(org: Org, body: Body<'fault'>): unknown {
  return { fault: org.faults.arm(body) };
}

export function clearFaults(org: Org, query: URLSearchParams): unknown {
  const id = query.get('id');
  org.faults.clear(id === null ? undefined : Number(id));
  return faults(org);
}

export function notifications(org: Org): unknown {
  return { ...org.notifier.settings, ...org.notifier.summary() };
}

export function setNotifications(org: Org, body: Body<'notifications'>): unknown {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  org.notifier.settings = { ...org.notifier.settings, ...Object.fromEntries(given) };
  return notifications(org);
}

export function limits(org: Org): unknown {
  return org.limits.settings;
}

/** Changes limits; null takes a number of one's own away, so that the edition's holds again. */
export function setLimits(org: Org, body: Body<'limits'>): unknown {
  const merged = { ...org.limits.settings, ...body };
  const kept = Object.entries(merged).filter(([, value]) => value !== null && value !== undefined);
  org.limits.settings = { edition: 'Enterprise', users: 1, ...Object.fromEntries(kept) };
  return limits(org);
}

export function setSettings(org: Org, body: Body<'settings'>): unknown {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  org.settings = { ...org.settings, ...Object.fromEntries(given) };
  return settings(org);
}

/** The switches as they stand. */
export function settings(org: Org): unknown {
  return Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, org.settings[name as keyof typeof SETTINGS]]));
}

export function reset(org: Org, body: Body<'reset'>): unknown {
  org.reset(new Set(body.keepFields ? [...body.keep, 'fields' as const] : body.keep));
  return { reset: true };
}
