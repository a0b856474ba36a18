import type { Command, Json } from '#contracts';
import { foldBatch, stateKey, type FoldStep, type TenantConnections } from '#folding';
import type { Mapping } from '#mapping';
import type { StateName } from './plan.types.ts';

/** A state that was made anew of everything that was ever folded into it. */
export interface Refolded {
  /** The state as JSON; null: nothing that was folded gives one. */
  readonly state: string | null;
  readonly timers: { readonly schedule: string | null; readonly entries: readonly Json[] };
  /** All notes, tasks and conversions that were asked for on the way, in order. */
  readonly effects: readonly Command[];
  /** Steps that the mapping sets aside now. */
  readonly setAside: number;
  /** The mapping itself is at fault in one of them. */
  readonly failed: boolean;
}

/**
 * Folds the steps of one key from the beginning, in memory. Pure: what a clean run of this mapping would have made of the same events and
 * observations, in the order in which they were folded.
 */
export function refoldKey(
  mapping: Mapping,
  given: { readonly name: StateName; readonly steps: readonly FoldStep[]; readonly connections: TenantConnections },
): Refolded {
  const { name, steps, connections } = given;
  const { folded, changes, timers } = foldBatch({ mapping, steps, states: new Map(), connections });
  const owner = name.connectionId === '' ? {} : { connectionId: name.connectionId };
  const change = changes.get(stateKey({ tenantId: name.tenantId, key: name.key, ...owner }));
  const setAside = folded.filter(({ result }) => result.verdict === 'set_aside');
  return {
    state: change?.text ?? null,
    timers: {
      schedule: change?.schedule ?? null,
      entries: timers.flatMap((entry) => entry.timers.map((timer) => ({ ...timer }))),
    },
    effects: folded.flatMap(({ result }) => result.commands.filter(({ effectKey }) => effectKey !== undefined)),
    setAside: setAside.length,
    failed: setAside.some(({ result }) => result.verdict === 'set_aside' && result.code === 'MAPPING_FAILED'),
  };
}
