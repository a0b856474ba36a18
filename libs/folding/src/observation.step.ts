import type { JsonObject } from '#contracts';
import { observe, type Observation } from '#mapping';
import type { FoldStep } from './fold.step.ts';

/** Whose state an observation changes. */
export interface ObservedKey {
  readonly tenantId: string;
  readonly key: string;
  /** Whose state it is, where states are those of connections. */
  readonly connectionId?: string;
  readonly entityType: string;
}

/**
 * The step of something that was seen in the CRM: no topic holds it, so it is kept with its fold, from where a replay of the key makes
 * the same step again.
 */
export function observationStep(observation: Observation, of: ObservedKey & { readonly reachedAt: number }): FoldStep {
  return {
    source: 'crm',
    id: observation.id,
    type: `crm.${observation.kind}`,
    tenantId: of.tenantId,
    key: of.key,
    ...(of.connectionId === undefined ? {} : { connectionId: of.connectionId }),
    entityType: of.entityType,
    occurredAt: observation.changedAt,
    reachedAt: of.reachedAt,
    record: null,
    input: { ...observation } as unknown as JsonObject,
    fold: (mapping, { state }) => {
      if (state !== null) return observe(mapping, state, observation);
      return { verdict: 'ignored', reason: 'not_ours', state, commands: [], problems: [] };
    },
  };
}
