import { restoreSnapshot, takeSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import type { Org } from '../org/org.ts';
import { ControlError } from './control.error.ts';

/** States to go back to, by name; a reset leaves them. */
const kept = new WeakMap<Org, Map<string, Snapshot>>();

/** The whole state as JSON, to be kept by the caller. */
export function exportState(org: Org): unknown {
  return takeSnapshot(org);
}

/** Keeps the state under a name, in memory. */
export function keep(org: Org, body: { readonly name: string }): unknown {
  const mine = kept.get(org) ?? new Map<string, Snapshot>();
  kept.set(org, mine.set(body.name, takeSnapshot(org)));
  return list(org);
}

export function list(org: Org): unknown {
  return { snapshots: [...(kept.get(org)?.keys() ?? [])] };
}

/** Goes back to a state that was kept, or to one that is given whole. */
export function goBack(org: Org, body: { readonly name?: string | undefined; readonly snapshot?: unknown }): unknown {
  const snapshot = body.name === undefined ? body.snapshot : kept.get(org)?.get(body.name);
  if (snapshot === undefined) throw new ControlError(404, `there is no snapshot ${JSON.stringify(body.name)}`);
  if (!isSnapshot(snapshot)) throw new ControlError(400, 'that is no snapshot of a simulator');
  restoreSnapshot(org, snapshot);
  return { restored: true };
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === 'object' && value !== null && 'changes' in value && Array.isArray(value.changes);
}
