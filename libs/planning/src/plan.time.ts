import type { Lane } from '#contracts';
import { CREDIT_WINDOW, DEFAULT_SHARES, freeAt, usedByLane, type CreditSlot } from '#zoho';

/** A call of a hundred records takes about so long. Milliseconds. */
const CALL_MS = 1000;

export interface Budget {
  readonly lane: Lane;
  /** Credits of the day; null: not known, so they hold nothing up. */
  readonly credits: number | null;
  /** Calls at a time; null: not known, so one after the other. */
  readonly concurrency: number | null;
  readonly slots: readonly CreditSlot[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** How long the writes of a plan take as the budget stands. */
export interface PlanTime {
  readonly seconds: number;
  /** What the lane may still use now; null: not known. */
  readonly creditsLeft: number | null;
}

/**
 * Time at the present budget. As long as the lane's share is enough, calls go side by side; what is more waits until used credits leave the
 * window, a whole share a day at most. Pure.
 */
export function timeOf(cost: { readonly calls: number; readonly credits: number }, budget: Budget): PlanTime {
  const { lane, credits, concurrency, slots, now } = budget;
  const sending = (cost.calls * CALL_MS) / Math.max(1, concurrency ?? 1) / 1000;
  if (credits === null) return { seconds: Math.ceil(sending), creditsLeft: null };
  const most = Math.floor(DEFAULT_SHARES[lane].most * credits);
  const used = usedByLane(slots, now).get(lane) ?? 0;
  const creditsLeft = Math.max(0, most - used);
  if (cost.credits <= creditsLeft) return { seconds: Math.ceil(sending), creditsLeft };
  const lacking = cost.credits - creditsLeft;
  const own = slots.filter((slot) => slot.lane === lane);
  const freed = freeAt(own, { credits: Math.min(lacking, used), now });
  const first = freed === null ? 0 : freed - now;
  // Beyond what is in use now a whole share comes free once a day.
  const days = most === 0 ? 0 : Math.ceil(Math.max(0, lacking - used) / most);
  return { seconds: Math.ceil(sending + (first + days * CREDIT_WINDOW) / 1000), creditsLeft };
}
