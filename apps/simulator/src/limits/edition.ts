export const EDITIONS = ['Free', 'Standard', 'Professional', 'Enterprise', 'Ultimate'] as const;
export type Edition = (typeof EDITIONS)[number];

export interface EditionLimits {
  /** Credits for 24 hours: a base, and more for each user, up to a cap (reference 5.1). */
  readonly base: number;
  readonly perUser: number;
  readonly cap: number;
  /** Calls that may run at once (reference 5.2). */
  readonly concurrency: number;
  /** Custom fields of a module (reference 8). */
  readonly customFields: number;
}

export const EDITION_LIMITS: Readonly<Record<Edition, EditionLimits>> = {
  Free: { base: 5000, perUser: 0, cap: 5000, concurrency: 5, customFields: 0 },
  Standard: { base: 50_000, perUser: 250, cap: 100_000, concurrency: 10, customFields: 10 },
  Professional: { base: 50_000, perUser: 500, cap: 3_000_000, concurrency: 15, customFields: 155 },
  Enterprise: { base: 50_000, perUser: 1000, cap: 5_000_000, concurrency: 20, customFields: 300 },
  Ultimate: { base: 50_000, perUser: 2000, cap: Number.POSITIVE_INFINITY, concurrency: 25, customFields: 500 },
};

/** Heavy calls at once, in every edition (reference 5.2). */
export const SUB_CONCURRENCY = 10;

export function dailyCredits(edition: Edition, users: number): number {
  const { base, perUser, cap } = EDITION_LIMITS[edition];
  return Math.min(cap, base + perUser * users);
}
