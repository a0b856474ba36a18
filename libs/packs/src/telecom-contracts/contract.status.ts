import type { Settings } from './settings.ts';
import type { Stage } from './setup.ts';
import type { Contract } from './state.ts';

export type ContractStatus = 'draft' | 'signed' | 'active' | 'terminated';
export type StageMeaning = keyof Settings['stages'];

export function statusOf({
  ended,
  activated,
  signedOn,
}: Pick<Contract, 'ended' | 'activated' | 'signedOn'>): ContractStatus {
  if (ended) return 'terminated';
  if (activated) return 'active';
  return signedOn.value === null ? 'draft' : 'signed';
}

/** What a stage means; null for one that the setting does not name. */
export function meaningOf(stage: string | null, { stages }: Pick<Settings, 'stages'>): StageMeaning | null {
  if (stage === null) return null;
  const meanings = ['draft', 'active', 'terminated', 'neutral'] as const;
  return meanings.find((meaning) => stages[meaning].includes(stage)) ?? null;
}

/** The stage that we write for a status. */
export const STAGES = {
  draft: 'Negotiation/Review',
  signed: 'Negotiation/Review',
  active: 'Closed Won',
  terminated: 'Closed Lost',
} as const satisfies Record<ContractStatus, Stage>;

const MEANT = { draft: 'draft', signed: 'draft', active: 'active', terminated: 'terminated' } as const;

/**
 * The contract with the stage that its Deal shall have: at first by its status; later the status alone moves it, and only where the stage
 * does not say so already. A signature never does: it leaves the stage where sales put it.
 */
export function withStage(before: Contract, after: Contract, settings: Settings): Contract {
  if (after.created === null) return after;
  const status = statusOf(after);
  if (before.created === null) return { ...after, stage: STAGES[status] };
  if (status === statusOf(before) || status === 'signed') return after;
  return meaningOf(after.stage, settings) === MEANT[status] ? after : { ...after, stage: STAGES[status] };
}
