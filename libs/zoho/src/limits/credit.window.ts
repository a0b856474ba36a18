import type { Lane } from '#contracts';

/** The window of credits rolls from each call (reference 5.1). */
export const CREDIT_WINDOW = 24 * 3_600_000;
/** Credits are kept by slots of this length: a slot leaves the window as a whole, so its credits count a little longer. */
export const CREDIT_SLOT = 300_000;

/** Credits that one lane spent within a slot; `at` is its beginning in epoch milliseconds. */
export interface CreditSlot {
  readonly at: number;
  readonly lane: Lane;
  readonly credits: number;
}

/** Beginning of the slot of an instant. */
export function slotOf(now: number): number {
  return now - (now % CREDIT_SLOT);
}

/** True for a slot of which a call may still be in the window. */
export function isInWindow(slot: Pick<CreditSlot, 'at'>, now: number): boolean {
  return slot.at > now - CREDIT_WINDOW - CREDIT_SLOT && slot.at <= now;
}

/** Credits in the window, by lane. */
export function usedByLane(slots: readonly CreditSlot[], now: number): ReadonlyMap<Lane, number> {
  const used = new Map<Lane, number>();
  for (const slot of slots) if (isInWindow(slot, now)) used.set(slot.lane, (used.get(slot.lane) ?? 0) + slot.credits);
  return used;
}

/** When `credits` more than now will have left the window; null if there are not that many in it. */
export function freeAt(
  slots: readonly CreditSlot[],
  { credits, now }: { credits: number; now: number },
): number | null {
  let freed = 0;
  for (const slot of inOrder(slots, now)) {
    freed += slot.credits;
    if (freed >= credits) return slot.at + CREDIT_WINDOW + CREDIT_SLOT;
  }
  return null;
}

/** The rate of a forecast is that of the last hour. */
const RATE_WINDOW = 3_600_000;

/**
 * When the credits will be used up if calls go on as in the last hour, in epoch milliseconds; null: not within 24 hours.
 * What leaves the window meanwhile is counted back.
 */
export function exhaustedAt(
  slots: readonly CreditSlot[],
  given: { readonly credits: number; readonly others: number; readonly now: number },
): number | null {
  const { credits, others, now } = given;
  const inWindow = inOrder(slots, now);
  let used = others + inWindow.reduce((sum, slot) => sum + slot.credits, 0);
  if (used >= credits) return now;
  const recent = inWindow.filter(({ at }) => at > now - RATE_WINDOW).reduce((sum, slot) => sum + slot.credits, 0);
  const perSlot = (recent * CREDIT_SLOT) / RATE_WINDOW;
  if (perSlot <= 0) return null;
  for (let at = now; at < now + CREDIT_WINDOW; at += CREDIT_SLOT) {
    const left = credits - used;
    if (left <= perSlot) return Math.round(at + (left / perSlot) * CREDIT_SLOT);
    const leaving = inWindow.filter((slot) => isInWindow(slot, at) && !isInWindow(slot, at + CREDIT_SLOT));
    used += perSlot - leaving.reduce((sum, slot) => sum + slot.credits, 0);
  }
  return null;
}

function inOrder(slots: readonly CreditSlot[], now: number): CreditSlot[] {
  return slots.filter((slot) => isInWindow(slot, now)).sort((a, b) => a.at - b.at);
}
