import type { ContractStatus } from './telecom.tables.ts';

/** What a stage that became a contract state asks of the product. */
export type AskedStatus = Exclude<ContractStatus, 'signed'>;

export interface Transition {
  /** Statuses that a contract may have before. */
  readonly from: readonly ContractStatus[];
  /** Only a contract that was never signed. */
  readonly unsigned: boolean;
  /** What the product tells when it was carried out. */
  readonly eventType: string;
  /** The time of the move, under the name that the event gives it; null where it has none. */
  readonly timeKey: string | null;
}

/** Legal transitions by what a move in the CRM asks for; nothing else changes a contract. */
export const TRANSITIONS: Readonly<Record<AskedStatus, Transition>> = {
  active: { from: ['signed'], unsigned: false, eventType: 'contract.activated', timeKey: 'activated_at' },
  terminated: {
    from: ['draft', 'signed'],
    unsigned: false,
    eventType: 'contract.terminated',
    timeKey: 'terminated_at',
  },
  draft: { from: ['terminated'], unsigned: true, eventType: 'contract.reopened', timeKey: null },
};
