import { LANES, type Lane } from '#contracts';

/** What a lane may use of the day's credits, as fractions of them. */
export interface LaneShare {
  /** Never more than this, however much is left. */
  readonly most: number;
  /** Kept for it: other lanes never take the credits below what is not used of it yet. */
  readonly floor: number;
}
export type LaneShares = Readonly<Record<Lane, LaneShare>>;

/**
 * Live traffic may use everything and has half of the day for itself; a storm of retries, a backfill or a replay never
 * takes that from it. What the floors leave is for whoever comes first within its share.
 */
export const DEFAULT_SHARES: LaneShares = {
  live: { most: 1, floor: 0.5 },
  retry: { most: 0.3, floor: 0.05 },
  replay: { most: 0.3, floor: 0 },
  backfill: { most: 0.4, floor: 0 },
  reconcile: { most: 0.15, floor: 0.03 },
};

export interface SpendQuestion {
  readonly lane: Lane;
  /** Price of the call. */
  readonly price: number;
  /** Credits of the day; null: not known, so nothing is refused. */
  readonly credits: number | null;
  /** Used in the window, by our lanes and by others that share the organisation. */
  readonly used: ReadonlyMap<Lane, number>;
  readonly others: number;
  readonly shares: LaneShares;
}

/** `lane`: its own share is used up; `day`: what is left is gone, or kept for another lane. `lacking`: credits too few. */
export type SpendAnswer = { readonly kind: 'ok' } | { readonly kind: 'lane' | 'day'; readonly lacking: number };

/** Whether a lane may spend the price of a call now. */
export function maySpend({ lane, price, credits, used, others, shares }: SpendQuestion): SpendAnswer {
  if (credits === null || price === 0) return { kind: 'ok' };
  const of = (each: Lane): number => used.get(each) ?? 0;
  const overLane = of(lane) + price - Math.floor(shares[lane].most * credits);
  if (overLane > 0) return { kind: 'lane', lacking: overLane };
  const kept = LANES.filter((each) => each !== lane).reduce(
    (sum, each) => sum + Math.max(0, Math.floor(shares[each].floor * credits) - of(each)),
    0,
  );
  const total = LANES.reduce((sum, each) => sum + of(each), 0);
  const overDay = total + others + price + kept - credits;
  // Its own floor is kept for it by all others, so whoever is within it needs no look at what they have left.
  const inFloor = of(lane) + price <= Math.floor(shares[lane].floor * credits);
  if (overDay > 0 && !(inFloor && total + others + price <= credits)) return { kind: 'day', lacking: overDay };
  return { kind: 'ok' };
}
