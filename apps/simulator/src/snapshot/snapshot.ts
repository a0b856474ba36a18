import { presentState } from '../journal/present.state.ts';
import { replay } from '../journal/journal.replay.ts';
import type { StateChange } from '../journal/state.change.ts';
import type { LimitSettings } from '../limits/limit.gate.ts';
import type { CreditSlice } from '../limits/credit.ledger.ts';
import type { Org } from '../org/org.ts';
import type { SimulatorSettings } from '../org/settings.ts';

/** The whole state at one moment, as JSON: what outlives a kill, and what was spent and switched. */
export interface Snapshot {
  readonly changes: readonly StateChange[];
  readonly limits: LimitSettings;
  readonly credits: readonly CreditSlice[];
  readonly settings: SimulatorSettings;
}

/** The state as it is; nothing of it changes with the organisation later. */
export function takeSnapshot(org: Org): Snapshot {
  const snapshot: Snapshot = {
    changes: [...presentState(org)],
    limits: org.limits.settings,
    credits: org.limits.ledger.slices(),
    settings: org.settings,
  };
  return structuredClone(snapshot);
}

/**
 * Puts the organisation back to a snapshot. Call log, faults, jobs and what is on its way go; ids and tokens go on from the later
 * of both, so none is given twice.
 */
export function restoreSnapshot(org: Org, given: Snapshot): void {
  const snapshot = structuredClone(given);
  org.reset(new Set());
  org.oauth.clear();
  // What is replayed is not emitted: the reset makes the data file be written anew, with all of it.
  for (const change of snapshot.changes) replay(org, change);
  org.limits.settings = snapshot.limits;
  org.limits.ledger.restore(snapshot.credits);
  org.settings = { ...snapshot.settings };
}
