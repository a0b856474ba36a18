import type { Lane } from '#contracts';
import { isInWindow, slotOf, type CreditSlot } from './credit.window.ts';
import type { CallLimits } from './edition.limits.ts';

/** What was learned about an organisation's limits, and when (epoch milliseconds). */
export interface KnownLimits extends CallLimits {
  readonly learnedAt: number;
}

/** Where a connection's credits are counted, by all replicas together. */
export interface CreditStore {
  /** What was spent in the window. */
  read(now: number): Promise<readonly CreditSlot[]>;
  /** Adds to the present slot of a lane; a negative number takes back what was not spent after all. */
  spend(spend: { readonly lane: Lane; readonly credits: number; readonly now: number }): Promise<void>;
  readLimits(): Promise<KnownLimits | null>;
  writeLimits(limits: KnownLimits): Promise<void>;
}

/** A credit store within one process: for tests, and for tools that run once. */
export function createMemoryCreditStore(): CreditStore {
  let slots: CreditSlot[] = [];
  let limits: KnownLimits | null = null;
  return {
    read: (now) => Promise.resolve((slots = slots.filter((slot) => isInWindow(slot, now)))),
    spend: ({ lane, credits, now }) => {
      slots = addTo(slots, { at: slotOf(now), lane, credits });
      return Promise.resolve();
    },
    readLimits: () => Promise.resolve(limits),
    writeLimits: (learned) => {
      limits = learned;
      return Promise.resolve();
    },
  };
}

/** The slots with some credits more in one of them. */
export function addTo(slots: readonly CreditSlot[], added: CreditSlot): CreditSlot[] {
  const same = slots.find(({ at, lane }) => at === added.at && lane === added.lane);
  if (same === undefined) return [...slots, added];
  return slots.map((slot) => (slot === same ? { ...slot, credits: Math.max(0, slot.credits + added.credits) } : slot));
}
